/**
 * Where a viewer says it can be reached (ICE candidates, RFC 8839 section 5.1). To each of them the library sends datagrams, several
 * times, whoever is there: an offer of a thousand addresses would make the server knock at a thousand doors, its own loopback among
 * them. A browser names a handful.
 */
import { BlockList, isIP } from 'node:net';
import { isLoopbackAddress, isRefusedAddress } from '../rtsp/address-guard.ts';

/** In one offer. A browser with several interfaces has up to a dozen. */
const MAX_CANDIDATES = 16;
/** Browsers hide their addresses behind names like these (mDNS). */
const LOCAL_NAME = /^[a-z0-9-]{1,63}\.local$/i;

const NO_VIEWER = new BlockList();
NO_VIEWER.addSubnet('224.0.0.0', 4, 'ipv4');
NO_VIEWER.addAddress('255.255.255.255', 'ipv4');
NO_VIEWER.addSubnet('ff00::', 8, 'ipv6');

/**
 * The lines of an offer without candidates that no viewer has: at most 16, over UDP, never inward or to many at once. Loopback is the
 * way to a viewer on this machine only.
 * @param viewer address that the offer came from.
 */
export function keepCandidates(lines: readonly string[], viewer: string): readonly string[] {
  const isLocalViewer = isLoopbackAddress(viewer);
  let kept = 0;
  return lines.filter((line) => {
    if (!/^a=candidate:/i.test(line)) return true;
    if (kept >= MAX_CANDIDATES || !isUsable(line, isLocalViewer)) return false;
    kept++;
    return true;
  });
}

function isUsable(line: string, isLocalViewer: boolean): boolean {
  const [, , transport = '', , address = '', port = ''] = line.split(' ');
  if (transport.toLowerCase() !== 'udp' || !/^\d{1,5}$/.test(port)) return false;
  const family = isIP(address);
  if (family === 0) return LOCAL_NAME.test(address);
  if (isRefusedAddress(isLocalViewer ? 'inward-except-loopback' : 'inward', address)) return false;
  return !NO_VIEWER.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
