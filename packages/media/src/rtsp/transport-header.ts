/** The Transport header (RFC 2326 section 12.39): parameters in any order, most of them optional. */

export interface TransportHeader {
  /** Channels of RTP and RTCP on the connection; undefined when the reply has no `interleaved`. */
  readonly channels: ChannelPair | undefined;
  /** True when the reply can only mean UDP: ports but no channels. */
  readonly isUdp: boolean;
  /** True when the reply can only mean the connection: channels, or the profile of TCP. */
  readonly isTcp: boolean;
  /** True for `multicast`, which is not received. */
  readonly isMulticast: boolean;
  /** Ports that the camera sends from; undefined when it does not say, or says 0. */
  readonly serverPorts: PortPair | undefined;
  /** Where the camera says it sends from: a hint, as everything it says about addresses. */
  readonly source: string | undefined;
  /** A hint: cameras send wrong ones. Undefined when absent, 0 or not up to 8 hex digits. */
  readonly ssrc: number | undefined;
}

export interface ChannelPair {
  readonly rtp: number;
  /** The same as `rtp` where a camera sends both on one channel. */
  readonly rtcp: number;
}

export interface PortPair {
  readonly rtp: number;
  readonly rtcp: number;
}

/** Never fails: what cannot be read is absent. */
export function parseTransportHeader(value: string): TransportHeader {
  // several transports may be listed; a reply holds the chosen one first
  const [profile = '', ...parameters] = (value.split(',')[0] ?? '').split(';').map((part) => part.trim());
  const named = new Map<string, string>();
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const name = (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toLowerCase();
    if (!named.has(name)) named.set(name, equals < 0 ? '' : parameter.slice(equals + 1).trim());
  }
  const channels = parsePair(named.get('interleaved'), 255);
  const isTcpProfile = profile.toUpperCase().endsWith('/TCP');
  const hasPorts = named.has('client_port') || named.has('server_port') || named.has('port');
  const ssrc = named.get('ssrc') ?? '';
  return {
    channels,
    isUdp: channels === undefined && !isTcpProfile && hasPorts,
    isTcp: channels !== undefined || isTcpProfile,
    isMulticast: named.has('multicast'),
    serverPorts: parsePorts(named.get('server_port')),
    source: named.get('source') || undefined,
    ssrc: /^[0-9a-f]{1,8}$/i.test(ssrc) ? Number.parseInt(ssrc, 16) || undefined : undefined,
  };
}

/** `4-5`, or `4` alone for 4 and 5. */
function parsePair(text: string | undefined, max: number): ChannelPair | undefined {
  const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text ?? '');
  if (match?.[1] === undefined) return undefined;
  const rtp = Number(match[1]);
  const rtcp = match[2] === undefined ? rtp + 1 : Number(match[2]);
  return rtp <= max && rtcp <= max ? { rtp, rtcp } : undefined;
}

function parsePorts(text: string | undefined): PortPair | undefined {
  const ports = parsePair(text, 65_535);
  if (ports === undefined || ports.rtp === 0) return undefined;
  // one port for both, or a second one of 0: RTCP is next to RTP as usual
  return ports.rtcp === ports.rtp || ports.rtcp === 0 ? { ...ports, rtcp: ports.rtp + 1 } : ports;
}
