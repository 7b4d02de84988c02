/** The Transport header of a SETUP reply (RFC 2326 section 12.39): parameters in any order, most of them optional. */

export interface TransportHeader {
  /** Channels of RTP and RTCP on the connection; undefined when the reply has no `interleaved`. */
  readonly channels: { readonly rtp: number; readonly rtcp: number } | undefined;
  /** True when the reply can only mean UDP: ports but no channels. */
  readonly isUdp: boolean;
  /** A hint: cameras send wrong ones. Undefined when absent, 0 or not up to 8 hex digits. */
  readonly ssrc: number | undefined;
}

/** Never fails: what cannot be read is absent. */
export function parseTransportHeader(value: string): TransportHeader {
  // several transports may be listed; a reply holds the chosen one first
  const first = value.split(',')[0] ?? '';
  let channels: TransportHeader['channels'];
  let hasPorts = false;
  let ssrc: number | undefined;
  const [profile = '', ...parameters] = first.split(';').map((part) => part.trim());
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const name = (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toLowerCase();
    const text = equals < 0 ? '' : parameter.slice(equals + 1).trim();
    if (name === 'interleaved') channels = parseChannels(text);
    else if (name === 'client_port' || name === 'server_port' || name === 'port') hasPorts = true;
    else if (name === 'ssrc' && /^[0-9a-f]{1,8}$/i.test(text)) ssrc = Number.parseInt(text, 16) || undefined;
  }
  const isTcpProfile = profile.toUpperCase().endsWith('/TCP');
  return { channels, isUdp: channels === undefined && !isTcpProfile && hasPorts, ssrc };
}

/** `4-5`, or `4` alone for 4 and 5. */
function parseChannels(text: string): TransportHeader['channels'] {
  const match = /^(\d{1,3})(?:\s*-\s*(\d{1,3}))?$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const rtp = Number(match[1]);
  const rtcp = match[2] === undefined ? rtp + 1 : Number(match[2]);
  return rtp <= 255 && rtcp <= 255 && rtp !== rtcp ? { rtp, rtcp } : undefined;
}
