<?php
/**
 * Plugin Name: Shop attendant
 * Description: The attendant on every page of a WooCommerce shop. Nothing that a shopper types leaves their browser.
 * Requires at least: 6.3
 * Requires Plugins: woocommerce
 *
 * Lies in wp-content/plugins/attendant/. dist/ lies beside it as attendant/dist/, or on a static host: ATTENDANT_HOST
 * says where. The pack's product ids are WooCommerce's (the column ID of its own CSV export).
 */

defined( 'ABSPATH' ) || exit;

if ( ! defined( 'ATTENDANT_HOST' ) ) {
	define( 'ATTENDANT_HOST', plugins_url( 'dist/', __FILE__ ) );
}

add_action( 'wp_enqueue_scripts', function () {
	if ( ! function_exists( 'WC' ) || is_checkout() ) {
		return;
	}
	// No version: the launcher is to be the newest, and its host says for how long it may be kept.
	wp_enqueue_script( 'shop-attendant', ATTENDANT_HOST . 'embed.js', array(), null, array( 'strategy' => 'defer', 'in_footer' => true ) );
	$settings = array(
		'add' => WC_AJAX::get_endpoint( 'add_to_cart' ),
		'viewed' => is_product() ? get_queried_object_id() : null,
		'searched' => is_search() ? get_search_query( false ) : null,
	);
	// Before the launcher, which finds what waits for it.
	wp_add_inline_script( 'shop-attendant', 'const shopAttendant = ' . wp_json_encode( $settings, JSON_HEX_TAG | JSON_HEX_AMP ) . ';' . <<<'JS'

window.attendant = window.attendant || function () { (attendant.q = attendant.q || []).push(arguments); };
attendant('on', 'add-to-cart', async ({ product, quantity }) => {
  const response = await fetch(shopAttendant.add, { method: 'POST', body: new URLSearchParams({ product_id: product, quantity }) });
  const cart = await response.json();
  // A product with variations, or one that is sold out.
  if (!response.ok || cart.error) return false;
  // The theme's small cart follows this event, where it uses one.
  window.jQuery?.(document.body).trigger('added_to_cart', [cart.fragments, cart.cart_hash]);
  return true;
});
if (shopAttendant.viewed) attendant('event', 'view_item', { product: shopAttendant.viewed });
if (shopAttendant.searched) attendant('event', 'search', { search_term: shopAttendant.searched });
JS
	, 'before' );
} );

add_action( 'wp_footer', function () {
	if ( ! wp_script_is( 'shop-attendant', 'enqueued' ) && ! wp_script_is( 'shop-attendant', 'done' ) ) {
		return;
	}
	printf(
		'<shop-attendant pack="shop.pack" locale="%s" product-url="%s"></shop-attendant>',
		esc_attr( get_bloginfo( 'language' ) ),
		// Not esc_url(): it would take the braces.
		esc_attr( home_url( '/?post_type=product&p={id}' ) )
	);
} );
