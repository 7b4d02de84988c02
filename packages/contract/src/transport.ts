import { Type, type Static } from 'typebox';
import { WordOrNull } from './nullable.ts';

/** How media of an RTSP camera travels: `auto` is TCP, then UDP where the camera has nothing else; `http` is the tunnel. */
export const Transport = Type.Union([
  Type.Literal('auto'),
  Type.Literal('tcp'),
  Type.Literal('udp'),
  Type.Literal('http'),
]);
export type Transport = Static<typeof Transport>;

/** As clients send it. */
export const TransportOrNull = WordOrNull(['auto', 'tcp', 'udp', 'http']);
