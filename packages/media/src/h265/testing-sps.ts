/**
 * H.265 sequence parameter sets as real cameras send them, for tests: base64, with what they decode to. Collected from the
 * public test data and issues of RTSP clients.
 */
export interface SpsFixture {
  readonly camera: string;
  /** What it taught whoever met it first. */
  readonly taught: string;
  readonly bytes: string;
  /** Visible size. */
  readonly size: readonly [width: number, height: number];
  readonly codec: string;
  /** Frame rate of the VUI. */
  readonly fps: number | undefined;
}

export const SPS_FIXTURES: readonly SpsFixture[] = [
  {
    camera: 'Dahua',
    taught: 'its SDP lists SPS, PPS and then VPS',
    bytes: 'QgEBAWAAAAMAsAAAAwAAAwBaoAWCAeFja5JFL83BQYFBAAADAAEAAAMADKE=',
    size: [704, 480],
    codec: 'hvc1.1.6.L90.B0',
    fps: 12,
  },
  {
    camera: 'TP-Link TL-IPC44AW',
    taught: 'no constraint flag is set: the codec string ends with the level',
    bytes: 'QgEBAWAAAAMAAAMAAAMAAAMAlqABQCAFof4qtO6JLuaAgA27oADN/mAE',
    size: [2560, 1440],
    codec: 'hvc1.1.6.L150',
    fps: 15,
  },
  {
    camera: 'TP-Link',
    taught: '2304 by 1296 pixels',
    bytes: 'QgEBAWAAAAMAAAMAAAMAAAMAlqABICAFEWNrkkya5ZwCAAADAAIAAAMAHhA=',
    size: [2304, 1296],
    codec: 'hvc1.1.6.L150',
    fps: 15,
  },
  {
    camera: 'Anjvision',
    taught: 'its SDP says 720 lines, the SPS 704; profile flags of Main only',
    bytes: 'QgEBAUAAAAMAAAMAAAMAAAMAmaACgIAsH+Wu5Gwa5VE1BQYFAIA=',
    size: [1280, 704],
    codec: 'hvc1.1.2.L153',
    fps: undefined,
  },
  {
    camera: 'Tenda CP3PRO',
    taught: 'cut to 640 by 368, without VUI',
    bytes: 'QgEBAWAAAAMAkAAAAwAAAwA/oAUCAXFlLkkyS7I=',
    size: [640, 368],
    codec: 'hvc1.1.6.L63.90',
    fps: undefined,
  },
  {
    camera: 'YI Pro 2K (yi-hack)',
    taught: 'reference picture sets written as differences to the one before',
    bytes: 'QgEBAWAAAAMAAAMAAAMAAAMAuqABICAFEf5a7kSIi/Lc1AQEBAI=',
    size: [2304, 1296],
    codec: 'hvc1.1.6.L186',
    fps: undefined,
  },
  {
    camera: 'unnamed dual lens',
    taught: 'two pictures side by side: 5120 pixels wide',
    bytes: 'QgEBAWAAAAMAAAMAAAMAAAMAmaAAoAgBaH+KrTuiS7/8AAQABbAgApMuADN/mAE=',
    size: [5120, 1440],
    codec: 'hvc1.1.6.L153',
    fps: 20,
  },
  {
    camera: 'unnamed, High tier',
    taught: 'the tier is part of the codec string',
    bytes: 'QgEBIUAAAAMAkAAAAwAAAwCWoAUCAWlnpbkShc1AQIC4QAAAAwBAAAAFFEn/eEAOpgAV+V8IBBA=',
    size: [640, 360],
    codec: 'hvc1.1.2.H150.90',
    fps: 20,
  },
  {
    camera: 'unnamed, /media/video2',
    taught: 'stands in an SDP that says H264',
    bytes: 'QgEBAWAAAAMAAAMAAAMAAAMAlqADwIAQ5Y2uSTJrlnAIAAADAAgAAAMAyEA=',
    size: [1920, 1080],
    codec: 'hvc1.1.6.L150',
    fps: 25,
  },
  {
    camera: 'XM-like',
    taught: '20 frames written as 90000 by 4500',
    bytes: 'QgEBAWAAAAMAAAMAAAMAAAMAlqABICAFEWNrkk5TNwEBAQQAAEZQAAV+QoQ=',
    size: [2304, 1296],
    codec: 'hvc1.1.6.L150',
    fps: 20,
  },
];
