"""The script that Streamlit runs, apart from `pages`: Streamlit takes a folder of that name beside it for scripts."""
