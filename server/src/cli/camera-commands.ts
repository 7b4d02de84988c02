/** `pantau camera add|update|list|remove|new-link|probe` */
import { Option, type Command } from 'commander';
import { RTSP_TRANSPORTS, type SourceDefinition } from '@pantau/media';
import { AppError } from '@pantau/base/errors';
import type { AreaService } from '../areas/area-service.ts';
import { consoleActor } from '../audit/actor.ts';
import { checkCamera, toInput, type Camera, type CameraInput, type Visibility } from '../cameras/camera.ts';
import { changeSource, keepsPassword, type SourceChange } from '../cameras/source-change.ts';
import { maskSourceUrl } from '../cameras/source-url.ts';
import { formatJson } from './area-commands.ts';
import { cameraToJson } from './camera-to-json.ts';
import { readSource, readSourceChange, type CredentialOptions, type SourceOptions } from './credentials.ts';
import {
  jsonOption,
  parseDegrees,
  parseFingerprint,
  parseTimeoutMs,
  parseWhole,
  parseYesNo,
  transportOption,
} from './options.ts';
import {
  formatProbe,
  probeCodec,
  probeSource,
  probeToJson,
  PROBE_TIMEOUT_MS,
  refuseUnplayable,
  refuseUnreadable,
  withPathOptions,
  type PathOptions,
} from './probe.ts';
import type { CliHost } from './run-cli.ts';
import { withSession } from './session.ts';
import { formatTable } from './table.ts';

interface FieldOptions extends SourceOptions {
  readonly name?: string;
  readonly description?: string;
  readonly location?: string;
  readonly group?: string;
  readonly area?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly timezone?: string;
  readonly pull?: 'always' | 'on-demand';
  readonly status?: 'active' | 'maintenance';
  readonly visibility?: Visibility;
  readonly enabled?: boolean;
  readonly sort?: number;
  readonly sub?: string;
  readonly snapshotUrl?: string;
  readonly onvifUrl?: string;
  readonly onvifProfile?: string;
  readonly json?: true;
  /** False with `--no-probe`. */
  readonly probe: boolean;
}

export function addCameraCommands(camera: Command, host: CliHost): void {
  addFieldOptions(
    camera
      .command('add')
      .description('add a camera, after looking at it once')
      .argument(
        '<url>',
        'rtsp(s)://[user:password@]host[:port]/path, or http(s)://… of HLS, MJPEG, FLV or a still picture; the login is taken out and stored apart',
      )
      .requiredOption('--name <name>', 'shown to visitors; unique'),
  ).action((url: string, options: FieldOptions & { readonly name: string }) => addCamera(host, url, options));

  addFieldOptions(
    camera
      .command('update')
      .description('change the given fields of a camera; an empty value ("") clears a field')
      .argument('<id-or-name>')
      .option('--name <name>', 'shown to visitors; unique')
      .option('--url <url>', 'new address; the login stays when the host does'),
  ).action((idOrName: string, options: FieldOptions & { readonly url?: string }) =>
    updateCamera(host, idOrName, options),
  );

  camera
    .command('list')
    .description('list the cameras; passwords are never shown')
    .addOption(jsonOption())
    .action((options: { readonly json?: true }) => listCameras(host, options.json));

  camera
    .command('remove')
    .description('remove a camera')
    .argument('<id-or-name>')
    .addOption(jsonOption())
    .action(async (idOrName: string, { json }: { readonly json?: true }) => {
      const removed = await withSession(host, ({ cameras }) =>
        cameras.remove(idOrName, consoleActor('camera remove')),
      );
      host.writeOut(
        json ? formatJson(cameraToJson(removed, null)) : `Camera ${removed.id} "${removed.name}" removed.\n`,
      );
    });

  camera
    .command('new-link')
    .description('give a camera a new stream key: every link to it from before is dead at once')
    .argument('<id-or-name>')
    .addOption(jsonOption())
    .action(async (idOrName: string, { json }: { readonly json?: true }) => {
      const changed = await withSession(host, ({ cameras }) =>
        cameras.rotateStreamKey(idOrName, consoleActor('camera new-link')),
      );
      const text = `Camera ${changed.id} "${changed.name}" has a new stream key: ${changed.streamKey}\n`;
      host.writeOut(json ? formatJson(cameraToJson(changed, null)) : text);
    });

  addCredentialOptions(
    camera
      .command('probe')
      .description(
        'look at a camera without storing anything: tracks, codecs, size, frame rate, what browsers make of it',
      )
      .argument('<url-or-id-or-name>', 'an rtsp(s):// or http(s):// address, or a camera that was added'),
  )
    .option(
      '--timeout <seconds>',
      'give up after so many seconds (1 to 10)',
      parseTimeoutMs,
      PROBE_TIMEOUT_MS,
    )
    .addOption(
      new Option('--transport <way>', 'how media of an RTSP camera travels').choices(RTSP_TRANSPORTS),
    )
    .option(
      '--tls-fingerprint <sha256>',
      'accept this certificate of an rtsps:// or https:// camera and no other: 64 hex digits, as a probe prints them',
      parseFingerprint,
    )
    .option('--no-audio', 'without its sound')
    .addOption(jsonOption())
    .action(
      async (
        target: string,
        options: CredentialOptions & PathOptions & { readonly timeout: number; readonly json?: true },
      ) => {
        const source = withPathOptions(await findSource(host, target, options), options);
        const report = await probeSource(host, source, options.timeout);
        host.writeOut(options.json ? formatJson(probeToJson(report)) : formatProbe(report));
        refuseUnplayable(report);
      },
    );
}

function addCredentialOptions(command: Command): Command {
  return command
    .option('--username <name>', 'user name, when it is not in the URL')
    .option(
      '--password-stdin',
      'read the password from standard input: it then shows in no process list or history',
    );
}

function addFieldOptions(command: Command): Command {
  return addCredentialOptions(command)
    .option('--area <id-or-name>', 'area it belongs to')
    .option('--location <text>', 'street or place')
    .option('--description <text>', 'a few sentences')
    .option('--group <name>', 'cameras of one group are shown together')
    .option('--latitude <degrees>', 'for the map', parseDegrees)
    .option('--longitude <degrees>', '', parseDegrees)
    .option('--timezone <zone>', 'IANA zone of its clock (default Asia/Jakarta)')
    .addOption(
      new Option(
        '--pull <mode>',
        'keep the connection always, or only while somebody watches (default)',
      ).choices(['always', 'on-demand']),
    )
    .addOption(
      new Option('--status <status>', 'say that somebody works on it').choices(['active', 'maintenance']),
    )
    .addOption(
      new Option(
        '--visibility <who>',
        'everybody (default); in no list, but whoever has the link; or only accounts with the right. Fewer than before makes a new link',
      ).choices(['public', 'unlisted', 'private']),
    )
    .option('--enabled <yes|no>', 'no hides it from visitors', parseYesNo)
    .option('--sort <number>', 'place in the list, small numbers first', parseWhole)
    .addOption(transportOption('how its media travels ("" for that of the area)'))
    .option('--tls-fingerprint <sha256>', 'the only certificate to accept from it, with or without colons')
    .option('--audio', 'carry its sound (default)')
    .option('--no-audio', 'leave its sound out')
    .option(
      '--sub <url>',
      'address of the smaller picture, on the same host; the login is that of the camera',
    )
    .option('--snapshot-url <url>', 'where it gives a still picture: http(s)://…, on the same host')
    .option('--onvif-url <url>', 'its ONVIF device service: http(s)://…, on the same host')
    .option('--onvif-profile <token>', 'the ONVIF media profile')
    .option('--no-probe', 'store it without looking at it first')
    .addOption(jsonOption());
}

async function addCamera(
  host: CliHost,
  url: string,
  options: FieldOptions & { readonly name: string },
): Promise<void> {
  const source = await readSource(url, options, host.readStdin);
  await withSession(host, async ({ cameras, areas }) => {
    const input = { ...(await readFields(options, areas)), name: options.name, source };
    // Mistakes that need no camera are told before the seconds of a probe.
    cameras.check(input);
    const videoCodec = options.probe ? await probeCodec(host, source) : null;
    const created = await cameras.create({ ...input, videoCodec }, consoleActor('camera add'));
    const text = `Camera ${created.id} "${created.name}" added. Stream key: ${created.streamKey}\n`;
    host.writeOut(options.json ? formatJson(cameraToJson(created, options.area ?? null)) : text);
  });
}

async function updateCamera(
  host: CliHost,
  idOrName: string,
  options: FieldOptions & { readonly url?: string },
): Promise<void> {
  await withSession(host, async ({ cameras, areas }) => {
    const current = await cameras.get(idOrName);
    const fields = await readFields(options, areas);
    const change = await readSourceChange(options.url, options, host.readStdin);
    if (change === undefined && Object.keys(fields).length === 0)
      throw new AppError('invalid', 'USAGE', 'Nothing was given to change: --help lists what can be.');
    const source = changeSource(current.source, change ?? {});
    checkCamera({ ...toInput(current), ...fields, source });
    if (change !== undefined && options.probe) refuseUnreadable(lacksPassword(current, change));
    const changes = {
      ...fields,
      ...(change === undefined ? {} : { source: change }),
      ...(change !== undefined && options.probe ? { videoCodec: await probeCodec(host, source) } : {}),
    };
    const updated = await cameras.update(current.id, changes, consoleActor('camera update'));
    const newLink = updated.streamKey === current.streamKey ? '' : ` New stream key: ${updated.streamKey}`;
    const text = `Camera ${updated.id} "${updated.name}" changed.${newLink}\n`;
    host.writeOut(options.json ? formatJson(cameraToJson(updated, null)) : text);
  });
}

async function listCameras(host: CliHost, json: true | undefined): Promise<void> {
  const { cameras, areaNames } = await withSession(host, async (session) => ({
    cameras: await session.cameras.list(),
    areaNames: new Map((await session.areas.list()).map((area) => [area.id, area.name])),
  }));
  const areaOf = (camera: Camera) => (camera.areaId === null ? null : (areaNames.get(camera.areaId) ?? null));
  if (json) {
    host.writeOut(formatJson(cameras.map((camera) => cameraToJson(camera, areaOf(camera)))));
    return;
  }
  if (cameras.length === 0) {
    host.writeOut('There are no cameras yet: pantau camera add <url> --name <name>\n');
    return;
  }
  const rows = cameras.map((camera) => [
    String(camera.id),
    camera.name,
    areaOf(camera) ?? '',
    camera.enabled ? camera.status : 'disabled',
    camera.visibility,
    camera.pull,
    maskSourceUrl(camera.source.url),
    describeLogin(camera),
  ]);
  host.writeOut(
    formatTable(['ID', 'NAME', 'AREA', 'STATUS', 'VISIBILITY', 'PULL', 'ADDRESS', 'LOGIN'], rows),
  );
}

async function findSource(
  host: CliHost,
  target: string,
  options: CredentialOptions,
): Promise<SourceDefinition> {
  if (target.includes('://')) return readSource(target, options, host.readStdin);
  const camera = await withSession(host, ({ cameras }) => cameras.get(target)).catch((error: unknown) => {
    // Half an address: no name of a camera has such characters more often than not.
    if (/^[a-z]+:|^[\w.-]+[:/]/i.test(target)) host.writeError(ADDRESS_HINT);
    throw error;
  });
  const change = (await readSourceChange(undefined, options, host.readStdin)) ?? {};
  refuseUnreadable(lacksPassword(camera, change));
  return changeSource(camera.source, change);
}

const ADDRESS_HINT = 'An address is written whole, such as rtsp://192.168.1.20/stream1.\n';

function lacksPassword({ source, credentialsUnreadable }: Camera, change: SourceChange): boolean {
  return credentialsUnreadable === true && keepsPassword(source, change);
}

async function readFields(
  options: FieldOptions,
  areas: AreaService,
): Promise<Omit<Partial<CameraInput>, 'source'>> {
  const areaId =
    options.area === undefined ? undefined : options.area === '' ? null : (await areas.get(options.area)).id;
  const fields = {
    name: options.name,
    description: options.description,
    location: options.location,
    groupName: options.group,
    areaId,
    latitude: options.latitude,
    longitude: options.longitude,
    timezone: options.timezone,
    pull: options.pull,
    status: options.status,
    visibility: options.visibility,
    enabled: options.enabled,
    sortOrder: options.sort,
    subUrl: options.sub,
    snapshotUrl: options.snapshotUrl,
    onvifUrl: options.onvifUrl,
    onvifProfile: options.onvifProfile,
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  // The entries that are left have a value, and the keys are those above.
  return Object.fromEntries(given) as Omit<Partial<CameraInput>, 'source'>;
}

function describeLogin({ source: { username, password }, credentialsUnreadable }: Camera): string {
  if (credentialsUnreadable) return `${username ?? ''} + password that cannot be decrypted`;
  if (username === undefined) return password === undefined ? '' : 'password';
  return password === undefined ? username : `${username} + password`;
}
