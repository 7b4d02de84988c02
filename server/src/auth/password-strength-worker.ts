/**
 * A worker thread that estimates how many guesses a password takes. The estimator needs up to a second for 100 hostile
 * characters, which the main thread has not got: it serves media. Loading takes about 0.25 s and 65 MB, which are
 * given back when the thread ends. Measured on two cores with Node 24.
 */
import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english } from '@zxcvbn-ts/language-en';
import { dictionary as indonesian } from '@zxcvbn-ts/language-id';

/** Main thread → worker. */
export interface StrengthRequest {
  /** Each is scored; the lowest counts. */
  readonly texts: readonly string[];
  /** Words that are no secret here. */
  readonly words: readonly string[];
}

/** Worker → main thread: score 0..4. */
export interface StrengthReply {
  readonly score: number;
}

if (parentPort === null) throw new Error('this file runs as a worker thread');
const port = parentPort;
const estimator = new ZxcvbnFactory({
  dictionary: { ...common, ...english, ...indonesian },
  graphs: adjacencyGraphs,
});

port.on('message', ({ texts, words }: StrengthRequest) => {
  const scores = texts.map((text) => estimator.check(text, [...words]).score);
  const reply: StrengthReply = { score: Math.min(...scores) };
  port.postMessage(reply);
});
