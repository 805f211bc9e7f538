// The part of the WebAssembly JavaScript interface that the machine uses. Declared here because the
// project compiles against neither a browser's library nor, for this, Node's.

declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number })
    readonly buffer: ArrayBuffer
  }
  class Table {
    constructor(descriptor: { element: 'anyfunc'; initial: number; maximum?: number })
    set(index: number, value: unknown): void
  }
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
}
