/** `npm run format`: writes every file in the house format. */
import { bin, runSteps } from './steps.ts';

if (runSteps([{ name: 'format', command: bin('oxfmt', '.') }]).length > 0) process.exitCode = 1;
