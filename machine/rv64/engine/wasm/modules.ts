// Compiled modules, by a key that says all that they were made from: compiling one takes longer than
// making an instance of it, and machines of one kind follow each other.

const modules = new Map<string, WebAssembly.Module>()

export function moduleFor(key: string, make: () => Uint8Array): WebAssembly.Module {
  let module = modules.get(key)
  if (module === undefined) {
    module = new WebAssembly.Module(make())
    modules.set(key, module)
  }
  return module
}
