export { call, chooseFiles, chooseFolder, chooseTarget, Failure, hasFileDialog, inWindow, onDrop, onLeave, stage } from './call'
export type { Drop, Input, Name, View } from './call'
export type * from './bindings/api'
