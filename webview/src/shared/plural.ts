/** English has two forms: `plural('1', 'record', 'records')`. */
export const plural = (count: string, one: string, many: string): string => `${count} ${count === '1' ? one : many}`
