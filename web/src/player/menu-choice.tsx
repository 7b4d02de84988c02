import { Check } from 'lucide-react';

export interface MenuChoiceProps {
  readonly label: string;
  readonly hint: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** One radio of the player's menu: what it is, and what it costs. */
export function MenuChoice({ label, hint, isChosen, onChoose }: MenuChoiceProps) {
  return (
    <button
      type="button"
      role="radio"
      aria-checked={isChosen}
      onClick={onChoose}
      className="flex min-h-14 w-full items-center gap-3 rounded-control px-3 py-2 text-left hover:bg-raised"
    >
      <span className="grid flex-1">
        <span className="text-sm font-semibold">{label}</span>
        <span className="text-xs text-ink-soft">{hint}</span>
      </span>
      {isChosen && <Check size={18} className="text-accent" aria-hidden="true" />}
    </button>
  );
}
