/** A mistake of the user: its message says what was wrong, where, and what to do. */
export class CostsError extends Error {}
