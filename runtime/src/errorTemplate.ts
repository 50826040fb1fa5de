/** Messages that fill in their details by name, so that a translation can place them anew. A leaf. */

export interface Message<Details> {
  (details: Details): string
  /** There where the message but fills in its details: then it can be told in another language. */
  readonly template?: string
}

/** `{name}` stands for the detail of that name. */
export function says<Details>(template: string): Message<Details> {
  return Object.assign((details: Details) => fill(template, details as Readonly<Record<string, unknown>>), { template })
}

/** A reason that ends in a full stop, as sentences of brokers do, brings no second one. */
export function fill(template: string, details: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}(\.?)/g, (_, name: string, stop: string) => {
    const value = String(details[name])
    return stop === '' ? value : value.replace(/\.?$/, stop)
  })
}
