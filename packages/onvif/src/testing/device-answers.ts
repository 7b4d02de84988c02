/** What a simulated device says, in the dialect of its habits. Written apart from the client's reader on purpose. */
import type { DeviceHabits, SimulatedFault, SimulatedProfile } from './device-habits.ts';

const SOAP = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;
const DEVICE = 'http://www.onvif.org/ver10/device/wsdl';
const MEDIA1 = 'http://www.onvif.org/ver10/media/wsdl';
const MEDIA2 = 'http://www.onvif.org/ver20/media/wsdl';

export interface DeviceQuestion {
  readonly operation: string;
  readonly profileToken: string | undefined;
  /** By the namespace of the request. */
  readonly mediaVersion: 1 | 2;
  readonly port: number;
  /** The device's own UTC time. */
  readonly nowMs: number;
}

/** The XML inside the body; undefined for an operation that the device does not have. */
export function answer(habits: DeviceHabits, question: DeviceQuestion): string | undefined {
  switch (question.operation) {
    case 'GetSystemDateAndTime':
      return habits.time === 'unimplemented' ? undefined : formatTime(habits, question.nowMs);
    case 'GetServices':
      return habits.services === 'GetServices' ? formatServices(habits, question.port) : undefined;
    case 'GetCapabilities':
      return habits.services === 'neither' ? undefined : formatCapabilities(habits, question.port);
    case 'GetDeviceInformation':
      return habits.information === undefined ? undefined : formatInformation(habits.information);
    case 'GetProfiles':
      return `<q:GetProfilesResponse xmlns:q="${mediaNamespace(question)}">${habits.profiles
        .map((profile) => formatProfile(habits, profile, question.mediaVersion))
        .join('')}</q:GetProfilesResponse>`;
    case 'GetStreamUri':
      return formatUri(habits, question, (profile) => profile.streamUri);
    case 'GetSnapshotUri':
      return formatUri(habits, question, (profile) => profile.snapshotUri);
    case 'SetSynchronizationPoint':
      return habits.hasSynchronizationPoint
        ? `<q:SetSynchronizationPointResponse xmlns:q="${mediaNamespace(question)}"/>`
        : undefined;
    default:
      return undefined;
  }
}

export function formatEnvelope(habits: DeviceHabits, body: string): string {
  const { envelopePrefix: p, schemaPrefix, isUndeclared, soap, junkBefore } = habits;
  const declarations = isUndeclared
    ? ''
    : ` xmlns:${p}="${SOAP[soap]}" xmlns:${schemaPrefix}="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error" xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"`;
  return `${junkBefore}<?xml version="1.0" encoding="UTF-8"?>\n<${p}:Envelope${declarations}><${p}:Body>${body}</${p}:Body></${p}:Envelope>\n`;
}

export function formatFault({ envelopePrefix: p, soap }: DeviceHabits, fault: SimulatedFault): string {
  if (soap === '1.1')
    return `<${p}:Fault><faultcode>${fault.subcode}</faultcode><faultstring>${fault.reason}</faultstring></${p}:Fault>`;
  return (
    `<${p}:Fault><${p}:Code><${p}:Value>${p}:${fault.code}</${p}:Value><${p}:Subcode><${p}:Value>${fault.subcode}</${p}:Value>` +
    `</${p}:Subcode></${p}:Code><${p}:Reason><${p}:Text xml:lang="en">${fault.reason}</${p}:Text></${p}:Reason></${p}:Fault>`
  );
}

function formatTime(habits: DeviceHabits, nowMs: number): string {
  const { schemaPrefix: t, time, zoneMs } = habits;
  const part = (name: string, ms: number) => {
    const at = new Date(ms);
    return (
      `<${t}:${name}><${t}:Time><${t}:Hour>${at.getUTCHours()}</${t}:Hour><${t}:Minute>${at.getUTCMinutes()}</${t}:Minute>` +
      `<${t}:Second>${at.getUTCSeconds()}</${t}:Second></${t}:Time><${t}:Date><${t}:Year>${at.getUTCFullYear()}</${t}:Year>` +
      `<${t}:Month>${at.getUTCMonth() + 1}</${t}:Month><${t}:Day>${at.getUTCDate()}</${t}:Day></${t}:Date></${t}:${name}>`
    );
  };
  const utc = part('UTCDateTime', time === 'local-as-utc' ? nowMs + zoneMs : nowMs);
  const local = part('LocalDateTime', nowMs + zoneMs);
  const parts = {
    utc: utc + local,
    'local-as-utc': utc + local,
    'local-only': local,
    nothing: '',
    unimplemented: '',
  };
  return (
    `<q:GetSystemDateAndTimeResponse xmlns:q="${DEVICE}"><q:SystemDateAndTime><${t}:DateTimeType>Manual</${t}:DateTimeType>` +
    `<${t}:DaylightSavings>false</${t}:DaylightSavings>${parts[time]}</q:SystemDateAndTime></q:GetSystemDateAndTimeResponse>`
  );
}

function formatServices(habits: DeviceHabits, port: number): string {
  const services = [
    [DEVICE, habits.devicePath],
    [MEDIA1, habits.media1Path],
    [MEDIA2, habits.media2Path],
    ['http://www.onvif.org/ver10/events/wsdl', '/onvif/events'],
  ] as const;
  return `<q:GetServicesResponse xmlns:q="${DEVICE}">${services
    .filter(([, path]) => path !== undefined)
    .map(
      ([namespace, path]) =>
        `<q:Service><q:Namespace>${namespace}</q:Namespace><q:XAddr>${xaddr(habits, port, path)}</q:XAddr><q:Version><${habits.schemaPrefix}:Major>2</${habits.schemaPrefix}:Major><${habits.schemaPrefix}:Minor>60</${habits.schemaPrefix}:Minor></q:Version></q:Service>`,
    )
    .join('')}</q:GetServicesResponse>`;
}

function formatCapabilities(habits: DeviceHabits, port: number): string {
  const { schemaPrefix: t } = habits;
  const section = (name: string, path: string | undefined) =>
    path === undefined
      ? ''
      : `<${t}:${name}><${t}:XAddr>${xaddr(habits, port, path)}</${t}:XAddr></${t}:${name}>`;
  return (
    `<q:GetCapabilitiesResponse xmlns:q="${DEVICE}"><q:Capabilities>${section('Device', habits.devicePath)}` +
    `${section('Media', habits.media1Path)}</q:Capabilities></q:GetCapabilitiesResponse>`
  );
}

function xaddr({ xaddrAuthority }: DeviceHabits, port: number, path: string | undefined): string {
  return `http://${xaddrAuthority.replace('{port}', String(port))}${path ?? ''}`;
}

function formatInformation(information: NonNullable<DeviceHabits['information']>): string {
  return (
    `<q:GetDeviceInformationResponse xmlns:q="${DEVICE}"><q:Manufacturer>${information.manufacturer}</q:Manufacturer>` +
    `<q:Model>${information.model}</q:Model><q:FirmwareVersion>${information.firmware}</q:FirmwareVersion>` +
    `<q:SerialNumber>${information.serial}</q:SerialNumber><q:HardwareId>1.0</q:HardwareId></q:GetDeviceInformationResponse>`
  );
}

function formatProfile(habits: DeviceHabits, profile: SimulatedProfile, version: 1 | 2): string {
  const { schemaPrefix: t } = habits;
  const source =
    `<${t}:Name>VideoSource</${t}:Name><${t}:UseCount>1</${t}:UseCount><${t}:SourceToken>${profile.source ?? ''}</${t}:SourceToken>` +
    `<${t}:Bounds x="0" y="0" width="1920" height="1080"/>`;
  if (version === 2) {
    const configurations =
      (profile.source === undefined ? '' : `<q:VideoSource token="vs">${source}</q:VideoSource>`) +
      (profile.video === undefined
        ? '<q:AudioSource token="as"/>'
        : `<q:VideoEncoder token="ve" GovLength="50">${formatEncoder(habits, profile.video, profile.video.encoding, 2)}</q:VideoEncoder>`);
    return `<q:Profiles token="${profile.token}" fixed="true"><q:Name>${profile.name}</q:Name><q:Configurations>${configurations}</q:Configurations></q:Profiles>`;
  }
  const isH265 = profile.video?.encoding === 'H265';
  const isEncoderAbsent = isH265 && habits.h265InMedia1 === 'absent';
  return (
    `<q:Profiles token="${profile.token}" fixed="true"><${t}:Name>${profile.name}</${t}:Name>` +
    (profile.source === undefined
      ? ''
      : `<${t}:VideoSourceConfiguration token="vs">${source}</${t}:VideoSourceConfiguration>`) +
    (profile.video === undefined || isEncoderAbsent
      ? ''
      : `<${t}:VideoEncoderConfiguration token="ve">${formatEncoder(habits, profile.video, isH265 ? 'H264' : profile.video.encoding, 1)}</${t}:VideoEncoderConfiguration>`) +
    (profile.video === undefined ? `<${t}:PTZConfiguration token="ptz"/>` : '') +
    '</q:Profiles>'
  );
}

/** In the order of the schema: the two services differ in where the quality stands. */
function formatEncoder(
  { schemaPrefix: t }: DeviceHabits,
  video: NonNullable<SimulatedProfile['video']>,
  encoding: string,
  version: 1 | 2,
): string {
  const element = (name: string, content: string | number) => `<${t}:${name}>${content}</${t}:${name}>`;
  const size = element('Width', video.width) + element('Height', video.height);
  const quality = element('Quality', 4);
  const rate =
    element('FrameRateLimit', video.fps) +
    (version === 1 ? element('EncodingInterval', 1) : '') +
    element('BitrateLimit', video.kbps);
  const address = element('Address', element('Type', 'IPv4') + element('IPv4Address', '0.0.0.0'));
  const multicast = address + element('Port', 0) + element('TTL', 1) + element('AutoStart', 'false');
  return [
    element('Name', 'Encoder'),
    element('UseCount', 1),
    element('Encoding', encoding),
    element('Resolution', size),
    version === 1 ? quality : '',
    element('RateControl', rate),
    element('Multicast', multicast),
    version === 1 ? element('SessionTimeout', 'PT60S') : quality,
  ].join('');
}

function formatUri(
  habits: DeviceHabits,
  question: DeviceQuestion,
  pick: (profile: SimulatedProfile) => string | undefined,
): string | undefined {
  const profile = habits.profiles.find(({ token }) => token === question.profileToken);
  const raw = profile === undefined ? undefined : pick(profile)?.replace('{port}', String(question.port));
  if (raw === undefined) return undefined;
  const escaped = raw.replaceAll('&', '&amp;');
  const uri = { escaped, spaced: `\n  ${escaped}\n`, unescaped: raw }[habits.uriStyle];
  const element = `${question.operation}Response`;
  const { schemaPrefix: t } = habits;
  return question.mediaVersion === 2
    ? `<q:${element} xmlns:q="${MEDIA2}"><q:Uri>${uri}</q:Uri></q:${element}>`
    : `<q:${element} xmlns:q="${MEDIA1}"><q:MediaUri><${t}:Uri>${uri}</${t}:Uri><${t}:InvalidAfterConnect>false</${t}:InvalidAfterConnect><${t}:InvalidAfterReboot>false</${t}:InvalidAfterReboot><${t}:Timeout>PT0S</${t}:Timeout></q:MediaUri></q:${element}>`;
}

function mediaNamespace({ mediaVersion }: DeviceQuestion): string {
  return mediaVersion === 2 ? MEDIA2 : MEDIA1;
}
