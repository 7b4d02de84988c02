import { useEffect, useState, type RefObject } from 'react';
import { browserClock } from '../../lib/clock.ts';
import { previewLimit, readDeviceFacts } from '../../lib/device-class.ts';
import { PreviewBoard } from './preview-board.ts';

let board: PreviewBoard | undefined;

/** One board per page: the limit is the device's, not a list's. */
function openBoard(): PreviewBoard {
  board ??= new PreviewBoard(browserClock, previewLimit(readDeviceFacts()));
  return board;
}

/** Whether this card may move now: it is on screen, playable, and it is its turn. */
export function usePreviewTurn(id: number, ref: RefObject<Element | null>, isPlayable: boolean): boolean {
  const [hasTurn, setHasTurn] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const leave = openBoard().add(id, element, false, setHasTurn);
    return () => {
      leave();
      setHasTurn(false);
    };
  }, [id, ref]);
  useEffect(() => {
    if (ref.current !== null) openBoard().setPlayable(ref.current, isPlayable);
  }, [id, ref, isPlayable]);
  return hasTurn && isPlayable;
}
