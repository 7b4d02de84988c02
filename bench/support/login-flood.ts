/**
 * Sign-ins with wrong passwords over many connections, each sent when the one before was answered, from a process of its own
 * (`node login-flood.ts '<json>'`). Each comes from another address and asks for another account, as from a botnet: what the
 * server's rules against guessing would refuse without a hash is not the load that is meant here.
 */
import { Agent, request } from 'node:http';
import { randomBytes } from 'node:crypto';
import { Child } from '../../e2e/support/child.ts';
import { Tally, type TallySummary } from './tally.ts';

export interface LoginFloodPlan {
  /** Root of a server that trusts the loopback as its proxy. */
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoginFloodResult {
  readonly durationMs: number;
  /** Answered "wrong password": the server hashed. */
  readonly checked: TallySummary;
  /** Answered 503: too many waited. */
  readonly refused: number;
  /** Everything else: these would be no load, so there must be none. */
  readonly others: number;
  /** The first few of the others, in words. */
  readonly complaints: readonly string[];
}

const PATH = '/api/auth/login';
const REQUEST_TIMEOUT_MS = 30_000;
/** 198.18.0.0/15 is set aside for benchmarks (RFC 2544, appendix C.2.2): 131,072 addresses. */
const FIRST_ADDRESS = 198 * 2 ** 24 + 18 * 2 ** 16;
const ADDRESSES = 2 ** 17;

/** Runs the flood in a child process to its end. */
export async function floodLogins(plan: LoginFloodPlan): Promise<LoginFloodResult> {
  await using child = new Child(process.execPath, { args: [import.meta.filename, JSON.stringify(plan)] });
  const exit = await child.exited;
  if (exit.code !== 0)
    throw new Error(`the flood of sign-ins ended with ${exit.code ?? exit.signal}: ${child.stderr}`);
  return JSON.parse(child.stdout) as LoginFloodResult; // written below
}

async function run(plan: LoginFloodPlan): Promise<LoginFloodResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.connections });
  const url = new URL(PATH, plan.url).href;
  const checked = new Tally();
  const complaints: string[] = [];
  let refused = 0;
  let others = 0;
  // Another start in each round: an address has few tries.
  let address = randomBytes(4).readUInt32BE() % ADDRESSES;
  const startedMs = performance.now();
  const endMs = startedMs + plan.seconds * 1_000;
  const signInUntilTheEnd = async () => {
    while (performance.now() < endMs) {
      const sentMs = performance.now();
      address = (address + 1) % ADDRESSES;
      const answer = await signIn(url, agent, formatAddress(FIRST_ADDRESS + address));
      if (answer === 401) checked.add(performance.now() - sentMs);
      else if (answer === 503) refused++;
      else {
        others++;
        if (complaints.length < 5) complaints.push(typeof answer === 'number' ? `status ${answer}` : answer);
      }
    }
  };
  await Promise.all(Array.from({ length: plan.connections }, signInUntilTheEnd));
  agent.destroy();
  return {
    durationMs: performance.now() - startedMs,
    checked: checked.summarise(),
    refused,
    others,
    complaints,
  };
}

/** @returns the status, or what went wrong in words. */
function signIn(url: string, agent: Agent, address: string): Promise<number | string> {
  const body = JSON.stringify({
    username: `guest-${randomBytes(6).toString('hex')}`,
    password: randomBytes(12).toString('hex'),
  });
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Forwarded-For': address,
  };
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      response.on('error', (error) => resolve(error.message));
      response.on('end', () => resolve(response.statusCode ?? 0)).resume();
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', (error) => resolve(error.message));
    sent.end(body);
  });
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join('.');
}

if (import.meta.main) {
  const plan = JSON.parse(process.argv[2] ?? '{}') as LoginFloodPlan; // written by `floodLogins` above
  console.log(JSON.stringify(await run(plan)));
}
