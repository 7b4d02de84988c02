/** Answers WS-Discovery probes as a device would, on loopback. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

export interface ResponderOptions {
  /** Multicast group to join on 127.0.0.1; undefined answers unicast only. */
  readonly group?: string | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** What to say to a probe; each text is a datagram. */
  readonly answer: (probe: string, from: RemoteInfo) => readonly (string | Buffer)[];
}

export interface DiscoveryResponder extends AsyncDisposable {
  readonly port: number;
  /** Probes that came. */
  readonly probes: readonly string[];
}

export async function openDiscoveryResponder(options: ResponderOptions): Promise<DiscoveryResponder> {
  const socket: Socket = createSocket({ type: 'udp4', reuseAddr: true });
  const probes: string[] = [];
  socket.on('message', (bytes, from) => {
    const probe = bytes.toString('utf8');
    probes.push(probe);
    for (const datagram of options.answer(probe, from))
      socket.send(datagram, from.port, from.address, () => {});
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    // Multicast reaches only sockets that are bound to every address or to the group.
    socket.bind(options.port ?? 0, options.group === undefined ? '127.0.0.1' : undefined, resolve);
  });
  if (options.group !== undefined) socket.addMembership(options.group, '127.0.0.1');
  return {
    port: socket.address().port,
    probes,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** A `ProbeMatches`. */
export function formatProbeMatch(match: {
  readonly id: string;
  readonly xaddrs: string;
  readonly scopes: string;
}): string {
  return (
    '<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"' +
    ' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">' +
    `<SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>${match.id}</wsa:Address></wsa:EndpointReference>` +
    `<d:Types>tds:Device</d:Types><d:Scopes>${match.scopes}</d:Scopes><d:XAddrs>${match.xaddrs}</d:XAddrs>` +
    '<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>'
  );
}
