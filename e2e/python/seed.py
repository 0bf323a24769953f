"""The program that Motörhead's users started from, as LangChain documented it; only the address is given from outside."""

import asyncio
import sys

from langchain import LLMChain, OpenAI, PromptTemplate
from langchain.memory.motorhead_memory import MotorheadMemory

url, session_id, *sentences = sys.argv[1:]

template = """You are a chatbot having a conversation with a human.

{chat_history}
Human: {human_input}
AI:"""

prompt = PromptTemplate(
    input_variables=["chat_history", "human_input"],
    template=template
)
memory = MotorheadMemory(
    session_id=session_id,
    url=url,
    memory_key="chat_history"
)

asyncio.run(memory.init())  # loads previous state from Motörhead 🤘

llm_chain = LLMChain(
    llm=OpenAI(),
    prompt=prompt,
    verbose=True,
    memory=memory,
)

for sentence in sentences:
    print(llm_chain.run(sentence))
