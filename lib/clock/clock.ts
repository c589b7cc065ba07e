/** The time as a parameter: services take it, tests give their own. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
