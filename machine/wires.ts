// What leads into a machine from outside: its console, and the far end of its network cable.

export interface Console {
  /**
   * Queues text as typed; it enters at the current virtual time and is recorded. Throws RangeError if more
   * waits than any guest would take (1 MiB).
   */
  type(text: string): void
  /** Bytes that were typed and that the guest has not taken yet, as far as the back end knows. */
  readonly waiting: number
  /** Everything the guest has written since reset (the last 1 MiB of it). */
  readonly transcript: string
  /** Called with each piece of output as it appears. Returns the way to stop listening. */
  listen(heard: (text: string) => void): () => void
}

/** The far end of the guest's network cable: a TCP/IP endpoint in virtual time. */
export interface Network {
  /**
   * Opens a TCP connection to the guest. Progress happens only while the machine runs. What a
   * connection from `outside` does is recorded with its cycle, like typed text.
   */
  connect(port: number, from?: 'workload' | 'outside'): PeerSocket
}

export interface PeerSocket {
  readonly state: 'connecting' | 'open' | 'closing' | 'closed' | 'failed'
  /** Why it failed, in one line. */
  readonly failure: string | undefined
  /** Queues bytes to send; returns the number of bytes not yet acknowledged by the guest. */
  send(bytes: Uint8Array): number
  /** Takes what has arrived, in order; empty if nothing has. */
  receive(): Uint8Array
  /** Sends FIN after what is queued; receiving goes on. */
  end(): void
  /** Sends RST and forgets the connection. */
  destroy(): void
  /** Called in virtual time whenever the state changes or bytes arrive or are acknowledged. */
  onProgress: (() => void) | undefined
}
