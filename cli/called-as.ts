// CalledAs: how the user calls this program, so that whatever we print for pasting can be pasted.
// Invariant: it is the one place that knows of clones, packages and shells.

import { dirname, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

/** The command with these words behind it, quoted for the shell where that is needed. */
export function calledAs(words: readonly string[] = [], here = whereabouts()): string {
  return [program(here), ...words.map(quoted)].join(' ')
}

interface Whereabouts {
  /** The folder that the program lies in. */
  readonly project: string
  /** The folder in which the user called: npm goes to another before it calls us, and tells this one. */
  readonly cwd: string
}

function whereabouts(): Whereabouts {
  return { project, cwd: process.env.INIT_CWD ?? process.cwd() }
}

/** A package has a command of its own; a clone has a script of npm's, which only its folders know. */
function program({ project, cwd }: Whereabouts): string {
  if (project.split(sep).includes('node_modules')) return 'npx mirrorbench'
  const inside = !/^\.\.($|[/\\])/.test(relative(project, cwd)) && !isElsewhere(project, cwd)
  return inside
    ? 'npm run -s mirrorbench --'
    : `node ${quoted(`${project}${sep}cli${sep}launch.js`)}`
}

/** Whether the user is on another drive, where no relative path leads. */
const isElsewhere = (project: string, cwd: string): boolean =>
  /^[A-Za-z]:/.test(relative(project, cwd))

/** The word as a POSIX shell, or that of Windows, takes it for one. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return process.platform === 'win32'
    ? `"${word.replaceAll('"', '""')}"`
    : `'${word.replaceAll("'", "'\\''")}'`
}
