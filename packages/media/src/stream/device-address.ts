/** Device and port behind a source's URL, for what is shared by the sources of one device. */
export interface DeviceAddress {
  /** Lower case; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { rtsp: 554, rtsps: 322, http: 80, https: 443 };

/** A URL that cannot be read is a device of its own: opening it fails for itself. */
export function deviceOf(url: string): DeviceAddress {
  const match = /^([a-z]+):\/\/(?:\[([^\]/?#]+)\]|([^:/?#]+))(?::(\d{1,5}))?(?=[/?#]|$)/i.exec(url.trim());
  const [, scheme = '', ipv6, name = url, port] = match ?? [];
  const given = port === undefined ? DEFAULT_PORTS[scheme.toLowerCase()] : Number(port);
  return { host: (ipv6 ?? name).toLowerCase(), port: given ?? 0 };
}
