import { useCallback, useEffect, useRef, useState } from 'react';

/**
 * A hook as someone writes it who has nothing but the seed document `agent-conversation.md`: its addresses, its messages, its options and what it returns. It
 * knows nothing of this kit.
 */

interface SeedMessage {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the document's "Message-specific data".
  readonly data: any;
}

export interface SeedOptions {
  readonly server: string;
  readonly clientId: string;
  readonly autoConnect?: boolean;
  readonly onMessage?: (message: SeedMessage) => void;
  readonly onStatus?: (status: string) => void;
  readonly onProgress?: (progress: string) => void;
  readonly onQuestion?: (question: string) => void;
  readonly onResult?: (agent: string, data: unknown) => void;
  readonly onComplete?: (summary: string) => void;
  readonly onError?: (error: string) => void;
  readonly onCustomType?: (data: unknown) => void;
}

export function usePythonWebSocket(options: SeedOptions) {
  const { server, clientId, autoConnect = true } = options;
  const [isConnected, setConnected] = useState(false);
  const [messages, setMessages] = useState<readonly SeedMessage[]>([]);
  const [currentQuestion, setQuestion] = useState<string | null>(null);
  const [currentStatus, setStatus] = useState('');
  const [agentResults, setResults] = useState<{ readonly [agent: string]: unknown }>({});
  const [finalSummary, setSummary] = useState<string | null>(null);
  const socket = useRef<WebSocket | null>(null);
  const latest = useRef(options);
  latest.current = options;

  const handleMessage = useCallback((message: SeedMessage) => {
    const { data } = message;
    setMessages((before) => [...before, message]);
    latest.current.onMessage?.(message);
    switch (message.type) {
      case 'status':
        setStatus(data.message);
        latest.current.onStatus?.(data.message);
        break;
      case 'progress':
        latest.current.onProgress?.(data.message);
        break;
      case 'question':
        setQuestion(data.question);
        latest.current.onQuestion?.(data.question);
        break;
      case 'result':
        setResults((before) => ({ ...before, [data.agent]: data.data }));
        latest.current.onResult?.(data.agent, data.data);
        break;
      case 'complete':
        setSummary(data.summary);
        latest.current.onComplete?.(data.summary);
        break;
      case 'error':
        latest.current.onError?.(data.message);
        break;
      case 'custom_type':
        latest.current.onCustomType?.(data);
        break;
    }
  }, []);

  const connect = useCallback(() => {
    const ws = new WebSocket(`${server}/ws/${clientId}`);
    socket.current = ws;
    ws.onopen = () => setConnected(true);
    ws.onclose = () => setConnected(false);
    ws.onerror = () => latest.current.onError?.('WebSocket connection error');
    ws.onmessage = ({ data }) => handleMessage(JSON.parse(data));
  }, [server, clientId, handleMessage]);

  const disconnect = useCallback(() => socket.current?.close(), []);

  const sendAnswer = useCallback((answer: string) => {
    socket.current?.send(JSON.stringify({ answer }));
    setQuestion(null);
  }, []);

  useEffect(() => {
    if (autoConnect) connect();
    return disconnect;
  }, [autoConnect, connect, disconnect]);

  return {
    isConnected,
    sendAnswer,
    connect,
    disconnect,
    messages,
    currentQuestion,
    currentStatus,
    agentResults,
    finalSummary,
  };
}
