/**
 * Flags of Node for the server. V8's young generation may grow to 128 MiB here when a machine is busy (seen: a soak of 50 cameras reached 783
 * MiB resident). Media lives outside of it, but is let go of only when it is collected, so it is kept as small as it used to be.
 */
export const SERVER_FLAGS = ['--max-semi-space-size=16'];
