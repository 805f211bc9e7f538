// What the debug kernel's two allocators share.
#pragma once

// Whether the frame that is asked for now is refused. Called once for each frame of either bank.
int frame_refused(void);
// Whether a page holds only zeros.
int page_is_empty(const void *page);
