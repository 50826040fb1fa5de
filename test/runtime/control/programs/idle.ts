/** A process that is there to be looked at. */
console.log('ready')
setInterval(() => {}, 1_000_000)

export {}
