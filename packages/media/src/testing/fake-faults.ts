/**
 * What can be wrong with a fake camera. Every field is off by default; `setFault` changes any of them while it plays, for the whole
 * camera or for one mount. Random ones draw from the camera's seed, so a failing test fails again.
 */

export type RtspMethod =
  | 'OPTIONS'
  | 'DESCRIBE'
  | 'SETUP'
  | 'PLAY'
  | 'PAUSE'
  | 'GET_PARAMETER'
  | 'SET_PARAMETER'
  | 'TEARDOWN';

export interface FakeFaults {
  // --- packets ---
  /** Share of RTP packets that are not sent though their sequence numbers are used, 0..1. */
  readonly lossRate: number;
  /** Share of RTP packets sent twice. */
  readonly duplicateRate: number;
  /** Share of RTP packets sent after their successor. */
  readonly reorderRate: number;
  /** Writes parameter sets into the SDP (`sprop-parameter-sets`). Default true. */
  readonly sprop: boolean;
  /** The first key frame of a session (1 = the first) that brings parameter sets in the stream. 0: never. Default 1. */
  readonly inBandFromGop: number;
  /** Default true. False: no packet of the video has its marker bit. */
  readonly markers: boolean;
  /** Small NAL units share packets (STAP-A). Default false. */
  readonly aggregate: boolean;
  /** Largest RTP payload. Default 1400. */
  readonly mtuBytes: number;
  /** Drops the session into the running GOP instead of waiting for the next key frame. */
  readonly joinMidGop: boolean;
  /** RTP timestamp of a session's first video picture and first sound. Default random. */
  readonly startTimestamp: number | undefined;
  /** Sequence number of a session's first packets. Default random. */
  readonly startSequence: number | undefined;
  /** The camera's clock runs fast by this many parts per million. RTP timestamps and sender reports follow it. */
  readonly clockDriftPpm: number;
  /** The clock of its sound runs fast by so much more. */
  readonly audioDriftPpm: number;
  /** Announces sound but sends none. */
  readonly audioSilent: boolean;
  /** Plays nothing at all: set before PLAY or in the middle. The connection stays and answers. */
  readonly silent: boolean;
  /** Random bytes (never `$`) written before each picture. */
  readonly garbageBytes: number;
  /** RTCP sender reports. Default true. */
  readonly senderReports: boolean;
  /** Added to the wall clock of sender reports, ms: changed while it plays, the camera's clock is set. */
  readonly reportErrorMs: number;

  // --- transports ---
  /** What SETUP accepts; anything else is answered 461. Default `both`. */
  readonly transports: 'both' | 'tcp' | 'udp';
  /** Answers SETUP with this transport whatever was asked for. */
  readonly insistsOn: 'tcp' | 'udp' | undefined;
  /** Agrees to UDP and sends nothing by it. */
  readonly udpSilent: boolean;
  /** Datagrams come from a port that SETUP did not name. */
  readonly udpFromOtherPort: boolean;
  /** `server_port` in the answer to SETUP. Default `named`. */
  readonly serverPort: 'named' | 'missing' | 'zero';

  // --- messages ---
  /** Never answers this method, nor anything after it on that connection. */
  readonly hangAt: RtspMethod | undefined;
  /** Closes the connection when this method arrives. */
  readonly closeAt: RtspMethod | undefined;
  /** Answers one method with a status of one's choice. */
  readonly refuse: { readonly method: RtspMethod; readonly status: number } | undefined;
  /** Ms between the bytes of a reply (slow loris). 0: at once. */
  readonly replyByteIntervalMs: number;
  /** Added to the CSeq of each reply. */
  readonly cseqError: number;
  /** DESCRIBE is answered 302 with this Location. */
  readonly redirectTo: string | undefined;
  /** Default true. False: GET_PARAMETER is not in Public and answered 405. */
  readonly getParameter: boolean;
  /** Seconds in the Session header. A session without a request or RTCP for so long is closed. Default 60. */
  readonly sessionTimeoutS: number;
  /** A Digest nonce is good for so many requests, then it is stale. 0: for ever. */
  readonly nonceUses: number;
  /** Added to the Content-Length of the description; `missing` leaves it out. Default 0. */
  readonly contentLengthError: number | 'missing';
  /** Changes the session description before it is sent. */
  readonly rewriteSdp: ((sdp: string) => string) | undefined;
  /** Half-open TCP: nothing is read or written any more, the socket stays open. */
  readonly frozen: boolean;
}

export const NO_FAULTS: FakeFaults = {
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
  sprop: true,
  inBandFromGop: 1,
  markers: true,
  aggregate: false,
  mtuBytes: 1400,
  joinMidGop: false,
  startTimestamp: undefined,
  startSequence: undefined,
  clockDriftPpm: 0,
  audioDriftPpm: 0,
  audioSilent: false,
  silent: false,
  garbageBytes: 0,
  senderReports: true,
  reportErrorMs: 0,
  transports: 'both',
  insistsOn: undefined,
  udpSilent: false,
  udpFromOtherPort: false,
  serverPort: 'named',
  hangAt: undefined,
  closeAt: undefined,
  refuse: undefined,
  replyByteIntervalMs: 0,
  cseqError: 0,
  redirectTo: undefined,
  getParameter: true,
  sessionTimeoutS: 60,
  nonceUses: 0,
  contentLengthError: 0,
  rewriteSdp: undefined,
  frozen: false,
};
