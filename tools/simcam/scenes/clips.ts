/** The clips of the demo town: one scene file each. */

export interface Clip {
  /** Scene file and clip file, without ending. */
  readonly name: string;
  readonly fps: number;
  /** Length of the loop. */
  readonly seconds: number;
  /** Bit rate, chosen so that a clip stays under a megabyte. */
  readonly kbits: number;
  readonly sound: boolean;
}

export const CLIPS: readonly Clip[] = [
  { name: 'simpang', fps: 20, seconds: 8, kbits: 1120, sound: true },
  { name: 'pasar', fps: 15, seconds: 8, kbits: 1050, sound: false },
  { name: 'pintu-air', fps: 15, seconds: 8, kbits: 850, sound: false },
  { name: 'jalan-malam', fps: 18, seconds: 8, kbits: 950, sound: false },
  { name: 'perlintasan', fps: 16, seconds: 8, kbits: 950, sound: false },
  { name: 'alun-alun', fps: 15, seconds: 8, kbits: 800, sound: false },
];
