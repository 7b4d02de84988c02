/**
 * Sequence parameter sets as real cameras send them, for tests: base64 (or hex after `0x`), with the size, profile,
 * level and frame rate that they decode to. Collected from the public test data and issues of RTSP clients.
 */
export interface SpsFixture {
  readonly camera: string;
  readonly bytes: string;
  /** Visible size. */
  readonly size: readonly [width: number, height: number];
  /** Profile, constraint flags, level in hex. */
  readonly profile: string;
  /** Frame rate of the VUI. */
  readonly fps: number | undefined;
  /** What the last column of a row may add. */
  readonly codedHeight?: number;
  readonly interlaced?: true;
}

export const SPS_FIXTURES: readonly SpsFixture[] = [
  {
    camera: 'Dahua sub',
    bytes: 'Z2QAHqwsaoLA9puCgIKgAAADACAAAAMD0IAA',
    size: [704, 480],
    profile: '64001e',
    fps: 15,
  },
  { camera: 'Dahua main', bytes: 'Z01AMqaAKAC1kAA=', size: [2560, 1440], profile: '4d4032', fps: undefined },
  {
    camera: 'Amcrest AD410',
    bytes: 'Z0IAMukAUAHjQgAAB9IAAOqcCAA=',
    size: [2560, 1920],
    profile: '420032',
    fps: 15,
  },
  {
    camera: 'Hikvision 101',
    bytes: 'Z00AKZpkA8ARPyzUBAQFAAADA+gAAOpgBA==',
    size: [1920, 1080],
    profile: '4d0029',
    fps: 30,
    codedHeight: 1088,
  },
  {
    camera: 'Hikvision 6MP',
    bytes: 'Z2QAM6wVFKAyAOP5f/AAEAAWyAAAH0AAB1MAIA==',
    size: [3200, 1800],
    profile: '640033',
    fps: 30,
    codedHeight: 1808,
  },
  {
    camera: 'Hikvision 8MP',
    bytes: 'Z00AM4qKUB4AIff+AAIAAtkAAAMD6AAAw1AE',
    size: [3840, 2160],
    profile: '4d0033',
    fps: 25,
  },
  {
    camera: 'Hikvision 720p',
    bytes: 'Z00AH52oFAFum4CAgKAAAAMAIAAABlCA',
    size: [1280, 720],
    profile: '4d001f',
    fps: 25,
  },
  {
    camera: 'Hik Media Server',
    bytes: 'Z01AHppmBYHv81BgYGQAAA+gAAF3ABA=',
    size: [704, 480],
    profile: '4d401e',
    fps: 12,
  },
  {
    camera: 'Reolink main',
    bytes: 'Z2QAM6zoAoALWQ==',
    size: [2560, 1440],
    profile: '640033',
    fps: undefined,
  },
  { camera: 'Reolink 5MP', bytes: 'Z2QAM6wVFKAoAPGQ', size: [2560, 1920], profile: '640033', fps: undefined },
  {
    camera: 'Reolink RLC-822A sub',
    bytes: 'Z2QAM6wVFKCgL/lQ',
    size: [640, 360],
    profile: '640033',
    fps: undefined,
    codedHeight: 368,
  },
  {
    camera: 'Reolink doorbell sub, SDP',
    bytes: 'Z2QAM6wVFKCgPZA=',
    size: [640, 480],
    profile: '640033',
    fps: undefined,
  },
  {
    camera: 'Reolink doorbell sub, in-band',
    bytes: '0x67640033ac1514a0a03da1000004f6000063380404',
    size: [640, 480],
    profile: '640033',
    fps: 10,
  },
  {
    camera: 'TP-Link main',
    bytes: 'Z2QAKKwa0AoAt03AQEBQAAADABAAAAMB6PFCKg==',
    size: [1280, 720],
    profile: '640028',
    fps: 15,
  },
  {
    camera: 'TP-Link sub',
    bytes: 'Z2QAFqwa0BQF/yzcBAQFAAADAAEAAAMAHo8UIqA=',
    size: [640, 360],
    profile: '640016',
    fps: 15,
    codedHeight: 368,
  },
  { camera: 'Mercury', bytes: 'Z2QAFqzGoCgPaEAAAAMAQAAAB6E=', size: [640, 480], profile: '640016', fps: 15 },
  {
    camera: 'Mercury',
    bytes: 'J00AH+dAKALdgKUFBQXwAAADABAAAAMCi2gD6AXf//wK',
    size: [1280, 720],
    profile: '4d001f',
    fps: 20,
  },
  {
    camera: 'V380 (macro-video)',
    bytes: 'J00AH+dAKALdgKUFBQXwAAADABAAAAMCiwEAAtxoAAIlUX//AoA=',
    size: [1280, 720],
    profile: '4d001f',
    fps: 20,
  },
  {
    camera: 'V380 (macro-video)',
    bytes: 'J03gKI1oBQBboQAAAwABAAADACgPFCKg',
    size: [1280, 720],
    profile: '4de028',
    fps: 20,
  },
  {
    camera: 'V380 Pro in-band',
    bytes: '0x274de0288d680a03da1000000300100000030280f1422a',
    size: [640, 480],
    profile: '4de028',
    fps: 20,
  },
  {
    camera: 'Uniview main',
    bytes: 'Z2QAKKw7UDwBE/LCAAAH0AAA6mEI',
    size: [1920, 1080],
    profile: '640028',
    fps: 15,
    codedHeight: 1088,
  },
  {
    camera: 'Uniview video2',
    bytes: 'Z2QAFqw7UFAX/LCAAAH0AABOIEI=',
    size: [640, 360],
    profile: '640016',
    fps: 20,
    codedHeight: 368,
  },
  {
    camera: 'Geovision (H3C stack)',
    bytes: 'Z01AMpWgCoAwfiZuAgICgAAB9AAAdTBC',
    size: [2688, 1520],
    profile: '4d4032',
    fps: 30,
    codedHeight: 1536,
  },
  {
    camera: 'XM / H264DVR',
    bytes: 'Z0IAKZY1QPAET8s3AQEBQAAAAwBAAAAHoQ==',
    size: [1920, 1080],
    profile: '420029',
    fps: 15,
    codedHeight: 1088,
  },
  {
    camera: 'IPCAM C9F0SeZ3N0PbL0 (XM-like)',
    bytes: 'J00AII1qBQB5oQAAAwABAAADACiE',
    size: [1280, 960],
    profile: '4d0020',
    fps: 20,
  },
  {
    camera: 'Ivel LV-IP22IR40DVBL',
    bytes: '0x674d002a95a81e0089f9610000030001000003003284',
    size: [1920, 1080],
    profile: '4d002a',
    fps: 25,
    codedHeight: 1088,
  },
  {
    camera: 'VStarcam',
    bytes: 'Z00AKp2oHgCJ+WbgICAoAAADAAgAAAMAfCA=',
    size: [1920, 1080],
    profile: '4d002a',
    fps: 7.5,
    codedHeight: 1088,
  },
  {
    camera: 'VStarcam in-band',
    bytes: '0x674d0028e900f0044fcb0800001f48000754e020',
    size: [1920, 1080],
    profile: '4d0028',
    fps: 30,
    codedHeight: 1088,
  },
  {
    camera: 'GW Security main',
    bytes: 'Z00AKpWoHgCJ+WbgICAgQAAAAAE=',
    size: [1920, 1080],
    profile: '4d002a',
    fps: undefined,
    codedHeight: 1088,
  },
  {
    camera: 'GW Security sub',
    bytes: 'Z00AHpWoLQ9puAgICBAAAAAB',
    size: [720, 480],
    profile: '4d001e',
    fps: undefined,
  },
  { camera: 'Foscam', bytes: 'Z00AH5WoFAFuQA==', size: [1280, 720], profile: '4d001f', fps: undefined },
  { camera: 'Anpviz', bytes: 'Z01AH5WgLASabAQ=', size: [704, 576], profile: '4d401f', fps: undefined },
  {
    camera: 'Ubiquiti',
    bytes: 'Z01AKo2NQDwBE/LgLcBAQFAAAD6AABX5CdoIhGo=',
    size: [1920, 1080],
    profile: '4d402a',
    fps: 45,
    codedHeight: 1088,
  },
  {
    camera: 'Sonoff',
    bytes: 'R00AKZmgHgCJ+WEAAAMD6AAATiCE',
    size: [1920, 1080],
    profile: '4d0029',
    fps: 10,
    codedHeight: 1088,
  },
  {
    camera: 'Bosch',
    bytes: 'Z01AKY2NYDwBE/LgLcBDQECA',
    size: [1920, 1080],
    profile: '4d4029',
    fps: undefined,
    codedHeight: 1088,
  },
  {
    camera: 'Sony SNC-WR630',
    bytes: 'Z2QAKKwa0A8ARPy4CIAAAAMAgAAADLWgAtwAHJ173CPFCKg=',
    size: [1920, 1080],
    profile: '640028',
    fps: 12.5,
    codedHeight: 1088,
  },
  { camera: 'FLIR (PT 111)', bytes: 'Z0IAHqtAUB7I', size: [640, 480], profile: '42001e', fps: undefined },
  {
    camera: 'uEye (IDS)',
    bytes: 'Z01AKI2NQDwBE/LgLcBAQFAAAD6AAARlDoYAUVAABfXgu8uNDACioAAL68F3lwo=',
    size: [1920, 1080],
    profile: '4d4028',
    fps: 9,
    codedHeight: 1088,
  },
  {
    camera: 'unknown, scaling lists',
    bytes: '0x6764001fad84010c20086100430802184010c200843b50740932',
    size: [928, 576],
    profile: '64001f',
    fps: undefined,
  },
  {
    camera: 'unknown, scaling lists',
    bytes: 'Z2QAHq2EAQwgCGEAQwgCGEAQwgCEO1BQF/yzcBAQFAAAD6AAAXcCEA==',
    size: [640, 360],
    profile: '64001e',
    fps: 12,
    codedHeight: 368,
  },
  {
    camera: 'CV-RTSPHandler',
    bytes: 'Z0KgKedAPAET8uAIEAABd2AAK/IGAAADAC+vCAAAHc1lP//jAAADABfXhAAADuayn//wIA==',
    size: [1920, 1080],
    profile: '42a029',
    fps: 14.985,
    codedHeight: 1088,
  },
  {
    camera: 'DVR, interlaced',
    bytes: 'Z2QAKawTMUB4BEfeA+oCAgPgAAADACAAAAZSgA==',
    size: [1920, 1080],
    profile: '640029',
    fps: 25,
    interlaced: true,
  },
];

/** The NAL unit of a fixture. */
export function fixtureBytes(fixture: SpsFixture): Buffer {
  const { bytes } = fixture;
  return bytes.startsWith('0x') ? Buffer.from(bytes.slice(2), 'hex') : Buffer.from(bytes, 'base64');
}
