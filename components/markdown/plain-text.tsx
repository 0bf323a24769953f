import { Component, type ReactNode } from 'react'

/** Text as it is: what markdown falls back to. */
export function PlainText({ text }: { text: string }) {
  return (
    <p className="md-plain" dir="auto">
      {text}
    </p>
  )
}

/** Shows `text` plain when its children fail to render, so that one bad message never blanks the page. */
export class PlainOnError extends Component<{ text: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? <PlainText text={this.props.text} /> : this.props.children
  }
}
