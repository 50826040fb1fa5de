/** A function of lodash or underscore in lower case, however it was imported; '' for anything else. */
export function lodashName(type: string): string {
  const [, ofAll, ofFile, ofPackage] = name.exec(type) ?? []
  return (ofAll ?? ofFile ?? ofPackage ?? '').toLowerCase()
}

const name =
  /^(?:(?:lodash|lodash-es|underscore):(?:default\.)?(\w+)|(?:lodash|lodash-es)\/(\w+)(?:\.js)?:(?:default)?|lodash\.(\w+):(?:default)?)$/
