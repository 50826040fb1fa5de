/** A function of lodash or underscore in lower case, however it was imported; '' for anything else. */
export function lodashName(type: string): string {
  const [, ofAll, ofFile, ofPackage] = name.exec(type) ?? []
  return (ofAll ?? ofFile ?? ofPackage ?? '').toLowerCase()
}

/** `sortBy(list, 'key')`, `orderBy(list, ['key'])` */
export function isSorting(lodash: string): boolean {
  return lodash === 'sortby' || lodash === 'orderby'
}

const name =
  /^(?:(?:lodash|lodash-es|underscore):(?:default\.)?(\w+)|(?:lodash|lodash-es)\/(\w+)(?:\.js)?:(?:default)?|lodash\.(\w+):(?:default)?)$/
