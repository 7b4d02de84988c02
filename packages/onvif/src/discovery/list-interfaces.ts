/** The networks of this machine in which cameras can be looked for. */
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

export interface DiscoveryInterface {
  /** Such as `eth0`. */
  readonly name: string;
  /** IPv4 address of this machine there. */
  readonly address: string;
  /** Such as `192.168.1.5/24`; null when the system does not say. */
  readonly cidr: string | null;
  /** This machine's loopback: no camera is there, but a simulated one may be. */
  readonly isInternal: boolean;
}

/** IPv4 only: discovery over IPv6 finds the same devices. @param read default: the system's. */
export function listInterfaces(
  read: () => NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces,
): readonly DiscoveryInterface[] {
  return Object.entries(read()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, cidr, internal }) => ({ name, address, cidr, isInternal: internal })),
  );
}
