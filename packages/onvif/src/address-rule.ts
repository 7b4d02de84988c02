/**
 * Whether an address (never a name) may be connected to at this port. Asked after a name was resolved, right before each
 * connection, so that a name which resolves differently a moment later gains nothing.
 */
export type IsAddressAllowed = (address: string, port: number) => boolean;
