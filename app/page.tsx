export default function Page() {
  return <p>motorhead-chat</p>
}
