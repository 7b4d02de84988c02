/** How the server under measurement is set: all load comes from one address, and the limit of that is not what is measured. */
export const BENCH_ENV = { LOG_LEVEL: 'info', PANTAU_RATE_DELIVERY: '100000000' } as const;
