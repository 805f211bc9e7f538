// A headless Chromium and the server that it is pointed at. Invariants: of the project's sources it is served
// the pure machine, its errors and its own page, and nothing else; the browser does not outlive the question.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MachineSpec } from '../machine/machine.ts'
import { IMAGE_NAMES, type ImageRequest } from './browser-worker.ts'
import type { Told } from './machine-session.ts'

export const CHROMIUM = '/usr/bin/chromium'
export const hasChromium = existsSync(CHROMIUM)

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const SERVED =
  /^\/(machine\/((rv64|elf)\/[\w/-]+|machine|units)|errors\/user-error|test\/(browser-worker|machine-session))\.ts$/
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const PAGE = `<!doctype html><title>mirrorbench</title><script type="module">
  const failed = (failure) => fetch('/told', { method: 'POST', body: JSON.stringify({ failure }) })
  const worker = new Worker('/test/browser-worker.ts', { type: 'module' })
  worker.onerror = (event) => failed('the worker: ' + (event.message ?? 'it cannot be loaded'))
</script>`
const COMPLAINTS_SHOWN = 2000

/** Runs the sessions in a browser, one after the other. Throws with what is known if none are told of. */
export async function inBrowser(
  sessions: readonly { readonly spec: MachineSpec; readonly line: string }[],
  patienceMs: number,
): Promise<readonly Told[]> {
  const images: Uint8Array[] = []
  const asked = sessions.map(({ spec, line }): ImageRequest => {
    const paths = IMAGE_NAMES.flatMap((name) => {
      const bytes = spec[name]
      return bytes === undefined ? [] : [[name, `/image/${images.push(bytes) - 1}`]]
    })
    const bare = Object.entries(spec).filter(([name]) => !IMAGE_NAMES.includes(name as 'kernel'))
    return {
      spec: Object.fromEntries(bare) as ImageRequest['spec'],
      images: Object.fromEntries(paths),
      line,
    }
  })
  const { promise, resolve, reject } = Promise.withResolvers<readonly Told[]>()
  const refused: string[] = []
  const server = createServer((request, response) => {
    answer(request, response, { asked, images, refused, resolve, reject }).catch(reject)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()))
  const { port } = server.address() as AddressInfo
  try {
    await using browser = await openBrowser(`http://127.0.0.1:${port}/`)
    const timer = setTimeout(() => {
      const why = `expected an answer of Chromium within ${patienceMs} ms, got none`
      reject(
        new Error(`${why}; not served: ${refused.join(', ')}; it says: ${browser.complaints()}`),
      )
    }, patienceMs)
    browser.ended.then((how) =>
      reject(new Error(`Chromium ended: ${how}; ${browser.complaints()}`)),
    )
    return await promise.finally(() => clearTimeout(timer))
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

interface Serving {
  readonly asked: readonly ImageRequest[]
  readonly images: readonly Uint8Array[]
  readonly refused: string[]
  readonly resolve: (told: readonly Told[]) => void
  readonly reject: (error: Error) => void
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { asked, images, refused, resolve, reject }: Serving,
): Promise<void> {
  const { url = '' } = request
  const send = (type: string, body: string | Uint8Array): void => {
    response.writeHead(200, { 'content-type': type }).end(body)
  }
  const image = images[Number(/^\/image\/(\d+)$/.exec(url)?.[1])]
  if (url === '/') send('text/html', PAGE)
  else if (url === '/sessions') send('application/json', JSON.stringify(asked))
  else if (image !== undefined) send('application/octet-stream', image)
  else if (SERVED.test(url)) send('text/javascript', await script(url))
  else if (url === '/told') {
    const body = JSON.parse(await textOf(request)) as { told?: Told[]; failure?: string }
    send('text/plain', '')
    if (body.told !== undefined) resolve(body.told)
    else reject(new Error(`in Chromium: ${body.failure}; not served: ${refused.join(', ')}`))
  } else {
    refused.push(url)
    response.writeHead(404).end()
  }
}

const script = async (url: string): Promise<string> =>
  stripTypeScriptTypes(await readFile(join(project, url), 'utf8'))

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

interface Browser extends AsyncDisposable {
  /** How it ended, once it has. */
  readonly ended: Promise<string>
  complaints(): string
}

async function openBrowser(url: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'mirrorbench-chromium-'))
  const child = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${profile}`, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true, // a group of its own: Chromium is many processes
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-COMPLAINTS_SHOWN)
  })
  const ended = new Promise<string>((over) => {
    child.once('error', (error) => over(error.message))
    child.once('exit', (code, signal) => over(String(signal ?? code)))
  })
  return {
    ended,
    complaints: () => complaints,
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      await ended
      // Its helpers may write for a moment longer.
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}
