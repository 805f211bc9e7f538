// Patience: how long anything in a test may take on the host. Invariant: it only catches what hangs. A host that
// is busy with others is tens of times slower, and that fails no test: what a guest may take is said in cycles.

export const HANGS_AFTER_MS = 600_000
