/** `pantau camera discover|onvif|urls`: finding cameras and their addresses; only `onvif --add` stores anything. */
import type { Command } from 'commander';
import { AppError } from '@pantau/base/errors';
import { silentLogger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import {
  discoverDevices,
  examineDevice,
  isOnvifError,
  listInterfaces,
  suggestUrls,
  URL_TEMPLATES,
  type DeviceReport,
  type DiscoveryInterface,
  type OnvifStreamProfile,
} from '@pantau/onvif';
import { maskSourceUrl } from '../cameras/source-url.ts';
import { loadConfig } from '../config/config.ts';
import { presentDiscovered, presentReport, presentTemplates } from '../onvif/onvif-present.ts';
import { printable } from '../printable.ts';
import { addOnvifCamera } from './add-onvif-camera.ts';
import { formatJson } from './area-commands.ts';
import { jsonOption, parseChannel, parsePort, parseTimeoutMs } from './options.ts';
import type { CliHost } from './run-cli.ts';
import { cliAddressRule } from './session.ts';
import { formatTable } from './table.ts';

const DISCOVERY_MS = 3000;

interface OnvifOptions {
  readonly username?: string;
  readonly passwordStdin?: true;
  readonly rtspPort?: number;
  /** Name of the camera that it becomes. */
  readonly add?: string;
  readonly profile?: string;
  /** False with `--no-probe`. */
  readonly probe: boolean;
  readonly json?: true;
}

export function addDeviceCommands(camera: Command, host: CliHost): void {
  camera
    .command('discover')
    .description('look for ONVIF cameras in the network of this machine')
    .option('--interface <name...>', 'only in these networks, by name or own address (default: all)')
    .option('--address <ip>', 'ask this address only, for networks that multicast does not reach')
    .option('--timeout <seconds>', 'wait so long for answers (1 to 10)', parseTimeoutMs, DISCOVERY_MS)
    .addOption(jsonOption())
    .action(
      (options: {
        readonly interface?: readonly string[];
        readonly address?: string;
        readonly timeout: number;
        readonly json?: true;
      }) => discover(host, options),
    );

  camera
    .command('onvif')
    .description('ask a camera by ONVIF what it is and which streams it has')
    .argument(
      '<address>',
      'host, host:port or http://host:port/path; without a port the usual ones are tried',
    )
    .option('--username <name>', 'its password is asked for')
    .option('--password-stdin', 'read the password from standard input instead')
    .option('--rtsp-port <port>', 'its RTSP port as reached from here, if it is mapped to another', parsePort)
    .option('--add <name>', 'store it under this name: main and smaller picture, still picture, ONVIF')
    .option(
      '--profile <token>',
      'with --add: the profile that becomes the main picture (default: the best; a recorder needs one)',
    )
    .option('--no-probe', 'with --add: store it without looking at it first')
    .addOption(jsonOption())
    .action((address: string, options: OnvifOptions) => examine(host, address, options));

  camera
    .command('urls')
    .description('usual stream addresses of a maker, for cameras without ONVIF; nothing is tried')
    .argument('[maker]', 'name or brand (default: all)')
    .option('--channel <number>', 'of a recorder, from 1', parseChannel, 1)
    .addOption(jsonOption())
    .action((maker: string | undefined, options: { readonly channel: number; readonly json?: true }) =>
      printUrls(host, maker, options),
    );
}

async function discover(
  host: CliHost,
  options: {
    readonly interface?: readonly string[];
    readonly address?: string;
    readonly timeout: number;
    readonly json?: true;
  },
): Promise<void> {
  const config = loadConfig({ environment: host.environment, workingDir: host.workingDir });
  const chosen = chooseInterfaces(options.interface);
  const { address } = options;
  const devices = await refusedInWords(
    host,
    discoverDevices({
      // One address is asked once, over whichever interface leads to it.
      interfaces: address === undefined ? chosen : chosen.slice(0, 1),
      target: address === undefined ? undefined : { address },
      timeoutMs: options.timeout,
      clock: host.clock,
      logger: silentLogger,
      isAddressAllowed: cliAddressRule(config),
    }),
  );
  if (options.json) {
    host.writeOut(formatJson(presentDiscovered(devices)));
    return;
  }
  if (devices.length === 0) {
    const networks = chosen.map(({ name, cidr }) => `${name} (${cidr ?? 'no address'})`).join(', ');
    host.writeOut(
      `No ONVIF camera answered on ${networks}. Some have ONVIF switched off: pantau camera urls <maker> says what they have without it.\n`,
    );
    return;
  }
  const rows = devices.map((device) => [
    device.address,
    printable(device.name ?? ''),
    printable(device.hardware ?? ''),
    printable(device.location ?? ''),
    device.interfaceName,
    device.url,
  ]);
  host.writeOut(formatTable(['ADDRESS', 'NAME', 'HARDWARE', 'LOCATION', 'NETWORK', 'ONVIF'], rows));
  host.writeOut('Streams of one of them: pantau camera onvif <onvif> --username <name>\n');
}

async function examine(host: CliHost, address: string, options: OnvifOptions): Promise<void> {
  const config = loadConfig({ environment: host.environment, workingDir: host.workingDir });
  const { username, add: name, profile, probe, json } = options;
  if (profile !== undefined && name === undefined)
    throw new AppError('invalid', 'USAGE', '--profile says what --add stores: give both.');
  const password = username === undefined ? undefined : await readPassword(host, options);
  const report = await refusedInWords(
    host,
    examineDevice({
      address,
      credentials: username === undefined || password === undefined ? undefined : { username, password },
      rtspPort: options.rtspPort,
      clock: host.clock,
      isAddressAllowed: cliAddressRule(config),
    }),
  );
  if (name !== undefined) {
    await addOnvifCamera(host, report, { name, profile, login: { username, password }, probe, json });
    return;
  }
  host.writeOut(json ? formatJson(presentReport(report)) : formatReport(report));
}

async function readPassword(host: CliHost, { passwordStdin }: OnvifOptions): Promise<Secret> {
  if (passwordStdin) return new Secret((await host.readStdin()).replace(/\r?\n$/, ''));
  if (host.promptSecret !== undefined) return new Secret(await host.promptSecret("The camera's password: "));
  throw new AppError(
    'invalid',
    'USAGE',
    'There is no terminal to ask for the password: pipe it in and add --password-stdin.',
  );
}

function formatReport(report: DeviceReport): string {
  const { information, clockOffsetMs, channels } = report;
  const name = [information?.manufacturer, information?.model, information?.firmwareVersion];
  const lines = [`${name.filter((part) => part !== undefined).join(' ') || 'ONVIF device'} at ${report.url}`];
  if (clockOffsetMs !== undefined && Math.abs(clockOffsetMs) > 60_000)
    lines.push(`Its clock is ${Math.round(clockOffsetMs / 1000)} s off.`);
  if (!report.isComplete) lines.push('It was too slow to tell all of its addresses.');
  if (channels.length === 0) lines.push('It has no profile with a picture.');
  const rows = channels.flatMap(({ sourceToken, profiles, main, sub }) =>
    profiles.map((profile) => [
      sourceToken ?? '',
      profile === main ? 'main' : profile === sub ? 'sub' : '',
      describeProfile(profile),
      describeVideo(profile),
      maskSourceUrl(profile.streamUri ?? ''),
    ]),
  );
  const snapshots = channels.flatMap(({ snapshotUri }) =>
    snapshotUri === undefined ? [] : [`Still picture: ${maskSourceUrl(snapshotUri)}`],
  );
  const table = rows.length === 0 ? '' : formatTable(['SOURCE', 'USE', 'PROFILE', 'VIDEO', 'ADDRESS'], rows);
  return printable(`${lines.join('\n')}\n${table}${snapshots.map((line) => `${line}\n`).join('')}`);
}

/** The token is what `--profile` takes. */
function describeProfile({ name, token }: OnvifStreamProfile): string {
  return name === undefined || name === token ? token : `${token} (${name})`;
}

function describeVideo({ codec, width, height, fps, bitrateKbps }: OnvifStreamProfile): string {
  return [
    codec,
    width === undefined || height === undefined ? undefined : `${width}x${height}`,
    fps === undefined ? undefined : `${Math.round(fps)}/s`,
    bitrateKbps === undefined ? undefined : `${Math.round(bitrateKbps)} kbit/s`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

function printUrls(
  host: CliHost,
  maker: string | undefined,
  { channel, json }: { readonly channel: number; readonly json?: true },
): void {
  const makers = maker === undefined ? URL_TEMPLATES.map((each) => each.maker) : [maker];
  const found = makers.flatMap((each) => suggestUrls({ maker: each, channel }));
  if (json) {
    host.writeOut(formatJson(presentTemplates(found)));
    return;
  }
  if (found.length === 0) {
    const known = URL_TEMPLATES.flatMap((each) => [each.maker, ...each.aliases]).join(', ');
    host.writeOut(`This maker is not known. Known are: ${known}.\n`);
    return;
  }
  for (const { maker: name, mainUrl, subUrl, snapshotUrl, note } of found) {
    const lines = [
      name,
      `  main     ${mainUrl}`,
      ...(subUrl === undefined ? [] : [`  sub      ${subUrl}`]),
      ...(snapshotUrl === undefined ? [] : [`  picture  ${snapshotUrl}`]),
      ...(note === undefined ? [] : [`  ${note}`]),
    ];
    host.writeOut(`${lines.join('\n')}\n`);
  }
}

function chooseInterfaces(wanted: readonly string[] | undefined): readonly DiscoveryInterface[] {
  const all = listInterfaces();
  if (wanted === undefined) return all.filter(({ isInternal }) => !isInternal);
  for (const each of wanted) {
    if (!all.some(({ name, address }) => name === each || address === each)) {
      const names = all.map(({ name, address }) => `${name} (${address})`).join(', ');
      throw new AppError('invalid', 'USAGE', `There is no network ${printable(each)} here, but ${names}.`);
    }
  }
  return all.filter(({ name, address }) => wanted.includes(name) || wanted.includes(address));
}

/** The package knows no settings; the operator has to hear which one it is. */
async function refusedInWords<T>(host: CliHost, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isOnvifError(error, 'ONVIF_ADDRESS_REFUSED'))
      host.writeError('PANTAU_CAMERA_ADDRESSES in the settings allows more addresses.\n');
    throw error;
  }
}
