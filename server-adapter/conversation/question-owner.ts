import { diesWithItsProcess, type Question } from './ask-options.js';

/** A question that nobody can take up again, with an id that says whose it is: so others know that it is over when that process is gone. */
export function ownedBy(process: string, question: Question): Question {
  const id = `${question.id}.${process}`;
  return { ...question, id, data: { ...question.data, questionId: id } };
}

/** The process that a question ends with, by its id; `undefined` where it ends with none, or was asked by other means. */
export function ownerOf(questionId: string): string | undefined {
  return diesWithItsProcess(questionId) ? questionId.split('.')[2] : undefined;
}
