/** The resource that an operation under test is about; its messages are kept. */
import type { Subject } from "../plugins/provider.ts";

export interface Message {
  readonly severity: string;
  readonly message: string;
  readonly passing: boolean;
}

export function subject(signal = new AbortController().signal): Subject & { messages: Message[] } {
  const messages: Message[] = [];
  return {
    urn: "urn:pulumi:test::lab::a:b:C::it",
    name: "it",
    signal,
    messages,
    log: (severity, message, passing = false) => {
      messages.push({ severity, message, passing });
      return Promise.resolve();
    },
  };
}
