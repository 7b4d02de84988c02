/** Stand-in for `RTCPeerConnection`: what a WHEP session touches, driven by the test. */

interface FakeTrack {
  readonly kind: string;
}

interface FakeTransceiver {
  readonly receiver: { readonly track: FakeTrack; jitterBufferTarget: number | null };
  readonly direction: string | undefined;
  currentDirection: string | null;
}

export class FakePeer {
  iceGatheringState = 'gathering';
  connectionState = 'new';
  localDescription: { readonly sdp: string } | null = null;
  ontrack: ((event: { readonly track: FakeTrack; readonly receiver: object }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  onicegatheringstatechange: (() => void) | null = null;
  readonly transceivers: FakeTransceiver[] = [];
  answer: string | undefined;
  isClosed = false;
  stats: readonly object[] = [];
  /** The answer has sound in it. */
  sendsAudio = true;
  /** Thrown by the next `setRemoteDescription`. */
  refuses = false;

  addTransceiver(kind: string, init: { readonly direction?: string }): void {
    this.transceivers.push({
      receiver: { track: { kind }, jitterBufferTarget: null },
      direction: init.direction,
      currentDirection: null,
    });
  }

  getTransceivers(): readonly FakeTransceiver[] {
    return this.transceivers;
  }

  setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: 'offer' };
    return Promise.resolve();
  }

  setRemoteDescription({ sdp }: { readonly sdp: string }): Promise<void> {
    if (this.refuses) return Promise.reject(new DOMException('not an answer', 'OperationError'));
    this.answer = sdp;
    for (const each of this.transceivers) {
      const comes = each.receiver.track.kind === 'video' || this.sendsAudio;
      each.currentDirection = comes ? 'recvonly' : 'inactive';
      if (comes) this.ontrack?.({ track: each.receiver.track, receiver: each.receiver });
    }
    return Promise.resolve();
  }

  getStats(): Promise<ReadonlyMap<string, object>> {
    return Promise.resolve(new Map(this.stats.map((each, index) => [String(index), each])));
  }

  close(): void {
    this.isClosed = true;
  }

  gathered(): void {
    this.localDescription = { sdp: 'offer with addresses' };
    this.iceGatheringState = 'complete';
    this.onicegatheringstatechange?.();
  }

  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** Typed as the connection it stands in for: only what is above is ever used. */
  get connection(): RTCPeerConnection {
    return this as unknown as RTCPeerConnection;
  }
}
