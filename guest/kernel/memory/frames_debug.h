// What the debug kernel's two allocators share.
#pragma once

// To be asked once for each frame of either bank. Whether the one asked for now is refused.
int frame_refused(void);
int page_is_empty(const void *page);
