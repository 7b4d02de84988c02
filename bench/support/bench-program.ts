/** What every benchmark program is: a name, what it needs, and a run that returns figures. */
import type { Report } from './report.ts';

export interface BenchOptions {
  /** Shorter rounds and smaller crowds: the whole set in under three minutes, with noisier figures. */
  readonly isQuick: boolean;
}

export interface BenchProgram {
  readonly name: string;
  /** One sentence for the list of programs. */
  readonly about: string;
  run(options: BenchOptions): Promise<Report>;
}
