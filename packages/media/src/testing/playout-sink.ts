/** Where the packets of one client go: onto its RTSP connection, or into datagrams. Both take blocks of interleaved frames. */
import type { Duplex } from 'node:stream';
import type { FakeDatagrams } from './fake-datagrams.ts';
import type { FakeFaults } from './fake-faults.ts';
import { splitFrames } from './rtp-layout.ts';

export interface PlayoutSink {
  /** Bytes that wait for a client that does not read. */
  readonly unsentBytes: number;
  /** Whether bytes that are no packet can be put between them. */
  readonly isStream: boolean;
  write(frames: Buffer, faults: FakeFaults): void;
}

export class ConnectionSink implements PlayoutSink {
  readonly isStream = true;
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  get unsentBytes(): number {
    return this.#stream.writableLength;
  }

  write(frames: Buffer): void {
    this.#stream.write(frames);
  }
}

/** Even channels go to the client's RTP port, odd ones to its RTCP port. */
export class DatagramSink implements PlayoutSink {
  readonly unsentBytes = 0;
  readonly isStream = false;
  readonly #datagrams: FakeDatagrams;
  readonly #address: string;
  readonly #ports: { readonly rtp: number; readonly rtcp: number };

  constructor(
    datagrams: FakeDatagrams,
    address: string,
    ports: { readonly rtp: number; readonly rtcp: number },
  ) {
    this.#datagrams = datagrams;
    this.#address = address;
    this.#ports = ports;
  }

  write(frames: Buffer, faults: FakeFaults): void {
    if (faults.udpSilent) return;
    for (const frame of splitFrames(frames)) {
      const kind = (frame[1] ?? 0) % 2 === 0 ? 'rtp' : 'rtcp';
      const port = this.#ports[kind];
      this.#datagrams.send(kind, frame.subarray(4), this.#address, port, faults.udpFromOtherPort);
    }
  }
}
