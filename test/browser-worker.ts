// What the browser executes: asks the server for the sessions, runs each, and tells what came of it.

import type { MachineSpec } from '../machine/machine.ts'
import { session, type Told } from './machine-session.ts'

/** A session as it goes over the wire: each image by where it lies. */
export interface ImageRequest {
  readonly spec: Omit<MachineSpec, ImageName>
  readonly images: Readonly<Partial<Record<ImageName, string>>>
  readonly line: string
}

export const IMAGE_NAMES = ['firmware', 'kernel', 'initrd', 'disk'] as const
export type ImageName = (typeof IMAGE_NAMES)[number]

async function perform({ spec, images, line }: ImageRequest): Promise<Told> {
  const loaded = await Promise.all(
    Object.entries(images).map(async ([name, path]) => {
      const answer = await fetch(path)
      return [name, new Uint8Array(await answer.arrayBuffer())]
    }),
  )
  return session({ ...spec, ...Object.fromEntries(loaded) }, line)
}

async function all(): Promise<readonly Told[]> {
  const asked = (await (await fetch('/sessions')).json()) as ImageRequest[]
  const told: Told[] = []
  for (const one of asked) told.push(await perform(one))
  return told
}

// Node only takes types and names from here; a browser has no process.
if (!('process' in globalThis)) {
  const body = await all().then(
    (told) => ({ told }),
    (error: Error) => ({ failure: `${error}\n${error.stack}` }),
  )
  await fetch('/told', { method: 'POST', body: JSON.stringify(body) })
}
