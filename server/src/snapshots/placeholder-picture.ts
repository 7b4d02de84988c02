/** What is drawn where there is no picture of a camera: it says why, in the languages of the portal. Never a picture of anything. */
import type { StreamState } from '@pantau/media';
import type { Camera } from '../cameras/camera.ts';
import type { PictureProblem } from './picture.ts';

export const PLACEHOLDER_REASONS = ['maintenance', 'offline', 'unsupported', 'unreadable', 'none'] as const;
export type PlaceholderReason = (typeof PLACEHOLDER_REASONS)[number];

const WORDS: Readonly<Record<PlaceholderReason, readonly [id: string, en: string]>> = {
  maintenance: ['Kamera sedang diperbaiki', 'This camera is being repaired'],
  offline: ['Kamera tidak mengirim gambar', 'The camera sends no picture'],
  unsupported: ['Format gambar belum didukung', 'The picture format is not supported'],
  unreadable: ['Gambar kamera tidak terbaca', 'The picture cannot be read'],
  none: ['Belum ada gambar', 'No picture yet'],
};

export function placeholderReason(
  camera: Pick<Camera, 'status' | 'credentialsUnreadable'>,
  stream: { readonly state: StreamState; readonly reason: { readonly code: string } | undefined } | undefined,
  problem: PictureProblem | undefined,
): PlaceholderReason {
  if (camera.status === 'maintenance') return 'maintenance';
  if (stream?.reason?.code === 'CODEC_UNSUPPORTED') return 'unsupported';
  if (camera.credentialsUnreadable === true || stream?.reason !== undefined) return 'offline';
  if (problem === 'no-decoder' || problem === 'too-large') return 'unsupported';
  return problem === undefined || problem === 'busy' ? 'none' : 'unreadable';
}

/** 16:9, readable at the size of a card; nothing in it comes from outside. */
export function drawPlaceholder(reason: PlaceholderReason): Buffer {
  let drawn = drawings.get(reason);
  if (drawn === undefined) {
    drawn = Buffer.from(draw(WORDS[reason]));
    drawings.set(reason, drawn);
  }
  return drawn;
}

const drawings = new Map<PlaceholderReason, Buffer>();

function draw([first, second]: readonly [string, string]): string {
  const font = 'font-family="system-ui,sans-serif" text-anchor="middle"';
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" width="640" height="360" role="img">',
    `<title>${first}</title>`,
    '<rect width="640" height="360" fill="#1e2a35"/>',
    '<g fill="none" stroke="#a3b3c1" stroke-width="8" stroke-linecap="round" stroke-linejoin="round">',
    '<rect x="258" y="104" width="92" height="68" rx="10"/><path d="m350 128 34-18v56l-34-18"/>',
    '<path d="m246 88 152 100" stroke="#1e2a35" stroke-width="20"/><path d="m246 88 152 100"/></g>',
    `<text x="320" y="250" ${font} font-size="30" font-weight="600" fill="#e9eff4">${first}</text>`,
    `<text x="320" y="290" ${font} font-size="22" fill="#a3b3c1">${second}</text>`,
    '</svg>',
  ].join('');
}
