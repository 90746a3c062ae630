export { type Board, findBoard, switchBoardOff, switchBoardOn } from './board.ts'
export { type Boards, startBoards } from './keeper.ts'
export { moveBoards, restBoards, wakeBoards } from './places.ts'
export { drawBoard } from './read.ts'
