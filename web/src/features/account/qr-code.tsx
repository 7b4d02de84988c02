import { useMemo } from 'react';
import { encode } from 'uqr';
import { qrPath } from './qr-path.ts';

/** A QR code, black on white by day and night, for that is what cameras read. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const code = useMemo(() => encode(text, { ecc: 'M', border: 2 }), [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${code.size} ${code.size}`}
      shapeRendering="crispEdges"
      className="aspect-square w-full max-w-52 rounded-control"
    >
      <rect width={code.size} height={code.size} fill="#ffffff" />
      <path d={qrPath(code.data)} fill="#000000" />
    </svg>
  );
}
