// A file that the user names for us to write. Invariant: whatever is wrong with it, the error names it.

import { type FileHandle, open } from 'node:fs/promises'

export interface OutputFile extends AsyncDisposable {
  write(content: string | Uint8Array): Promise<void>
}

/** Opens the file at once: one that cannot be written is refused before the work, not after it. */
export async function openOutput(path: string): Promise<OutputFile> {
  const file: FileHandle = await open(path, 'w')
  const named = async (work: Promise<void>): Promise<void> => {
    try {
      await work
    } catch (error) {
      // The system's error says where only if it was about a name.
      if (error instanceof Error && 'code' in error) Object.assign(error, { path })
      throw error
    }
  }
  return {
    write: (content) => named(file.writeFile(content)),
    [Symbol.asyncDispose]: () => named(file.close()),
  }
}
