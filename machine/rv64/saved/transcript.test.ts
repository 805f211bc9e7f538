import { describe, expect, it } from 'vitest'
import { Transcript } from './transcript.ts'

const write = (transcript: Transcript, text: string): boolean[] =>
  [...new TextEncoder().encode(text)].map((byte) => transcript.write(byte))

describe('Transcript', () => {
  it('says at which byte the text is complete', () => {
    const transcript = new Transcript()
    write(transcript, 'abc')
    transcript.expect(/c/)
    expect(write(transcript, 'abcd')).toEqual([false, false, true, false])
    expect(transcript.match?.index).toBe(2)
  })

  it('finds each match anew with a global expression', () => {
    const transcript = new Transcript()
    const wanted = /b/g
    for (let round = 0; round < 3; round++) {
      transcript.expect(wanted)
      expect(write(transcript, 'ab')).toEqual([false, true])
    }
  })

  it('reads UTF-8, and shows what is none as such', () => {
    const transcript = new Transcript()
    write(transcript, 'grün ☃ 🙂')
    expect(transcript.text).toBe('grün ☃ 🙂')
    transcript.write(0xe2)
    transcript.write(0x41)
    expect(transcript.text.endsWith('\ufffdA')).toBe(true)
  })

  it('keeps the last MiB', () => {
    const transcript = new Transcript()
    for (let i = 0; i < 3 * (1 << 20); i++) transcript.write(0x61 + (i % 26))
    expect(transcript.text.length).toBe(1 << 20)
    expect(transcript.text.at(-1)).toBe(String.fromCharCode(0x61 + ((3 * (1 << 20) - 1) % 26)))
  })

  it('survives being saved', () => {
    const transcript = new Transcript()
    write(transcript, 'kept')
    const other = new Transcript()
    other.load(transcript.save())
    expect(other.text).toBe('kept')
  })
})
