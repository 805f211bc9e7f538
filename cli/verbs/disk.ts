// disk: writes the disk that every config has, for who boots a kernel by hand.

import { Command } from 'commander'
import { disk as standardDisk } from '../../guest/mkfs.ts'
import { openOutput } from '../output-file.ts'
import { PURPOSE } from '../verbs.ts'
import { say } from '../voice.ts'

export default new Command('disk')
  .helpGroup(PURPOSE.boot)
  .description('writes the standard disk (programs, README, /www), for machine --drive')
  .argument('<file>', 'what is there is written over')
  .action(async (path: string) => {
    await using file = await openOutput(path)
    const image = await standardDisk()
    await file.write(image)
    say(`disk: ${path}, ${image.length} bytes`)
  })
