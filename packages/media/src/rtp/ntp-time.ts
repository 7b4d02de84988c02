/** NTP timestamps of RTCP sender reports (RFC 3550 section 4, RFC 4330 section 3 for the era after 2036). */

/** Seconds from the NTP epoch (1900) to the Unix epoch (1970). */
const NTP_TO_UNIX_SECONDS = 2_208_988_800;
const ERA_SECONDS = 2 ** 32;
const TOP_BIT = 2 ** 31;

/**
 * UTC ms of a 64-bit NTP timestamp given as its two halves. Seconds whose top bit is clear are read as the era that
 * begins in February 2036, which is right for every date from 1968 to 2104.
 */
export function ntpToUnixMs(seconds: number, fraction: number): number {
  const eraSeconds = seconds >= TOP_BIT ? seconds : seconds + ERA_SECONDS;
  return (eraSeconds - NTP_TO_UNIX_SECONDS) * 1000 + (fraction / ERA_SECONDS) * 1000;
}
